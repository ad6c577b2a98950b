using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Methods;

/// <summary>
/// What the methods that put mask tokens inside the encoder have in common: BEiT's transformer, its masks and its training. Defaults: BEiT v2, 300 epochs
/// (METHODS 2.4); each method's own constructor says where it differs.
/// </summary>
public abstract record MaskTokenConfig
{
    public VitConfig Encoder { get; init; } = VitConfig.Base16;
    public BeitParts Parts { get; init; } = new();
    public Views Views { get; init; } = new CropFlip(MinScale: 0.2);
    public Masking Masking { get; init; } = new BlockwiseMasking();                // 75 of 196, rectangles of at least 16

    public int Epochs { get; init; } = 300;
    public int BatchSize { get; init; } = 2048;
    /// <summary>Peak, absolute.</summary>
    public double LearningRate { get; init; } = 1.5e-3;
    public double MinLearningRate { get; init; } = 1e-5;
    public double WarmupEpochs { get; init; } = 10;
    public double WeightDecay { get; init; } = 0.05;
    public double Beta1 { get; init; } = 0.9;
    public double Beta2 { get; init; } = 0.98;                                     // 0.999 for 1600 epochs
    /// <summary>Largest global norm of the gradient; null: not clipped.</summary>
    public double? ClipNorm { get; init; } = 3;

    /// <summary>dtype of activations; default: bfloat16 where the hardware multiplies it.</summary>
    public Precision Precision { get; init; } = Precisions.Best;

    /// <summary>How it is trained.</summary>
    /// <param name="seed">of order, masks and views</param>
    public TrainingPlan Plan(ulong seed) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = PeakRate, MinLearningRate = MinLearningRate, WarmupEpochs = WarmupEpochs,
        Schedule = ScheduleForm.Iteration, WeightDecay = WeightDecay, DecayTokens = false, Beta1 = Beta1, Beta2 = Beta2, ClipNorm = ClipNorm, Seed = seed,
    };

    /// <summary>The peak rate for this batch size, where a method scales it.</summary>
    protected virtual double PeakRate => LearningRate;

    /// <summary>The network, with a head of this many outputs and, for an added feature term, a second one.</summary>
    protected BeitPredictor Predictor(int outputs, ulong seed, PatchAggregation? aggregation = null, Target? features = null) =>
        new(new BeitVit(Encoder, Parts, outputs, aggregation, Precision, seed, features?.Size ?? 0));

    /// <summary>The kit's 28×28 setting of METHODS 5.3: 19 of 49 patches hidden, rectangles of at least 4, twelve epochs.</summary>
    protected static T Mini<T>(T config) where T : MaskTokenConfig => config with
    {
        Encoder = VitConfig.Mini28, Views = Views.Plain, Masking = new BlockwiseMasking(19, LeastArea: 4), Epochs = 12, BatchSize = 256, LearningRate = 1e-3, WarmupEpochs = 1,
    };
}
