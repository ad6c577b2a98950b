namespace MimKit.Evaluation;

/// <summary>
/// A grid of linear heads, learning rates × blocks × pooling, trained at once (as DINOv2 evaluates: Oquab et al., 2023, arXiv 2304.07193, dinov2/eval/linear.py): SGD with momentum,
/// cosine to 0; val chooses the head that reads test. Defaults: DINOv2's on ImageNet-1K.
/// </summary>
public sealed record HeadGridConfig
{
    public int Epochs { get; init; } = 10;
    public int BatchSize { get; init; } = 1024;
    /// <summary>At batch 256.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1];
    /// <summary>See <see cref="HeadPlan.LeastSteps"/>.</summary>
    public int LeastSteps { get; init; }
    public double Momentum { get; init; } = 0.9;
    public Views Views { get; init; } = new CropFlip(MinScale: 0.08);

    public static HeadGridConfig Base16 { get; } = new();

    /// <summary>Small data sets: ours. Images as they are, fewer rates, and higher ones: there are fewer steps.</summary>
    public static HeadGridConfig Mini28 { get; } = new() { BatchSize = 256, LeastSteps = 300, LearningRates = [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1], Views = Views.Plain };

    /// <summary>Trains every head on train, chooses on val, reads test once.</summary>
    public HeadsResult Fit(HeadData data) => LinearHeads.Fit(data, [.. data.Input.Grid.SelectMany(input => LearningRates.Select(rate => (input, rate)))], new()
    {
        Optimizer = ProbeOptimizer.Sgd, Epochs = Epochs, BatchSize = BatchSize, LeastSteps = LeastSteps, Momentum = Momentum, Views = Views,
    }, "grid of heads");
}
