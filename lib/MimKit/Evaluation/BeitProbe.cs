namespace MimKit.Evaluation;

/// <summary>
/// BEiT's linear probe (Bao et al., ICLR 2022, run_linear_eval.py; METHODS 2.6): one head a block on its class token beside its mean patch, before any norm, AdamW; the best block is
/// reported. Defaults: the script's, on ImageNet-1K. BEiT v2 has released no probe.
/// </summary>
// Quirks: the script reports the best block and epoch of the images that it reports on; here val chooses the block, after the last epoch.
public sealed record BeitProbeConfig
{
    public int Epochs { get; init; } = 100;
    public int BatchSize { get; init; } = 1024;
    /// <summary>At batch 256: 4e-3 at the documented 1024.</summary>
    public double BaseLearningRate { get; init; } = 1e-3;
    /// <summary>See <see cref="HeadPlan.LeastSteps"/>.</summary>
    public int LeastSteps { get; init; }
    public double WeightDecay { get; init; } = 1e-4;
    public Views Views { get; init; } = new CropFlip(MinScale: 0.08);

    public static BeitProbeConfig Base16 { get; } = new();

    /// <summary>Small data sets: ours. Images as they are, so that each is encoded once.</summary>
    public static BeitProbeConfig Mini28 { get; } = new() { Epochs = 20, BatchSize = 512, LeastSteps = 600, Views = Views.Plain };

    /// <summary>Trains a head a block on train, chooses on val, reads test once.</summary>
    public HeadsResult Fit(HeadData data) => LinearHeads.Fit(data, [.. data.Input.PerBlock.Select(input => (input, BaseLearningRate))], new()
    {
        Optimizer = ProbeOptimizer.AdamW, Epochs = Epochs, BatchSize = BatchSize, LeastSteps = LeastSteps, WeightDecay = WeightDecay, RatePerEpoch = true, Views = Views,
    }, "BEiT's probe");
}
