namespace MimKit.Evaluation;

/// <summary>
/// MAE's linear probe (He et al., CVPR 2022, appendix A.1; METHODS 3.4): the class token after the final norm, a batch normalisation without scale and shift, a linear
/// head, LARS. Defaults: ViT-B and smaller on ImageNet-1K.
/// </summary>
// Quirks: the released script crops with one clamped draw a picture; CropFlip draws torchvision's boxes.
public sealed record MaeProbeConfig
{
    public int Epochs { get; init; } = 90;
    public int BatchSize { get; init; } = 16384;
    /// <summary>At batch 256.</summary>
    public double BaseLearningRate { get; init; } = 0.1;
    public double WarmupEpochs { get; init; } = 10;
    /// <summary>See <see cref="HeadPlan.LeastSteps"/>.</summary>
    public int LeastSteps { get; init; }
    public double WeightDecay { get; init; }
    public double Momentum { get; init; } = 0.9;
    public Views Views { get; init; } = new CropFlip(MinScale: 0.08);

    public static MaeProbeConfig Base16 { get; } = new();
    public static MaeProbeConfig Large16 { get; } = new() { Epochs = 50 };

    /// <summary>
    /// Small data sets: ours. Batch 512 at the rate that the paper's batch has (6.4), since LARS moves weights by a share of their length a step whatever the batch; images as they
    /// are, so that each is encoded once.
    /// </summary>
    public static MaeProbeConfig Mini28 { get; } = new() { Epochs = 30, WarmupEpochs = 3, BatchSize = 512, BaseLearningRate = 3.2, LeastSteps = 1500, Views = Views.Plain };

    /// <summary>Trains the head on train; reads test once.</summary>
    public HeadsResult Fit(HeadData data) => LinearHeads.Fit(data, [(data.Input.Final, BaseLearningRate)], new()
    {
        Optimizer = ProbeOptimizer.Lars, Epochs = Epochs, BatchSize = BatchSize, WarmupEpochs = WarmupEpochs, LeastSteps = LeastSteps, WeightDecay = WeightDecay, Momentum = Momentum, BatchNorm = true, Views = Views,
    }, "MAE's probe");
}
