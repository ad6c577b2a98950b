// Masked Autoencoders Are Scalable Vision Learners.
// Kaiming He, Xinlei Chen, Saining Xie, Yanghao Li, Piotr Dollár, Ross Girshick. CVPR 2022, arXiv 2111.06377.
//
// An encoder sees a quarter of the patches, a small decoder regresses the pixels of the others. Values: METHODS 3.3 and 5.

using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Methods;

/// <summary>MAE (He et al., CVPR 2022, arXiv 2111.06377). Defaults: ViT-B/16, standardised pixels.</summary>
public sealed record MaeConfig
{
    public VitConfig Encoder { get; init; } = VitConfig.Base16;
    public DecoderConfig Decoder { get; init; } = DecoderConfig.Base;
    public Views Views { get; init; } = new CropFlip(MinScale: 0.2);
    public Masking Masking { get; init; } = new RandomMasking(0.75);

    /// <summary>Standardise the pixels of each patch before comparing (<c>norm_pix_loss</c>).</summary>
    public bool NormalisePixels { get; init; } = true;

    /// <summary>Leave patches of one single value out of the loss; MAE does not, ours does at 28×28 where a third are (METHODS 5.3).</summary>
    public bool SkipConstantPatches { get; init; }

    /// <summary>At which granularity pixels are compared; MAE does so patch by patch.</summary>
    public Morphing Morphing { get; init; } = Morphing.None;

    /// <summary>Weight of U-MAE's uniformity of the encoder's features (<see cref="UMae"/>); 0 in MAE.</summary>
    public double Uniformity { get; init; }

    /// <summary>The run folder of a trained teacher, opened by the command line; <see cref="Build"/> is given the features themselves.</summary>
    public string Teacher { get; init; } = "";

    /// <summary>The term that is added where features are given.</summary>
    public FeatureTerm Added { get; init; } = new();

    public int Epochs { get; init; } = 800;                                        // also 1600
    public int BatchSize { get; init; } = 4096;
    /// <summary>At batch 256; the rate is this · batch / 256.</summary>
    public double BaseLearningRate { get; init; } = 1.5e-4;
    public double WarmupEpochs { get; init; } = 40;
    public double WeightDecay { get; init; } = 0.05;
    public double Beta1 { get; init; } = 0.9;
    public double Beta2 { get; init; } = 0.95;

    /// <summary>dtype of activations; default: bfloat16 where the hardware multiplies it.</summary>
    public Precision Precision { get; init; } = Precisions.Best;

    public static MaeConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16, Decoder = DecoderConfig.Small };
    public static MaeConfig Small16 { get; } = new() { Encoder = VitConfig.Small16, Decoder = DecoderConfig.Small };
    public static MaeConfig Base16 { get; } = new();
    public static MaeConfig Large16 { get; } = new() { Encoder = VitConfig.Large16 };

    /// <summary>28×28 grey images, 12 of 49 patches visible (METHODS 5.3): ours, since no paper has one.</summary>
    public static MaeConfig Mini28 { get; } = new()
    {
        Encoder = VitConfig.Mini28, Decoder = DecoderConfig.Mini28, Views = Views.Plain, SkipConstantPatches = true,
        Epochs = 12, BatchSize = 256, BaseLearningRate = 1e-3, WarmupEpochs = 1,
    };

    /// <summary>The method: predict the pixels of every hidden patch.</summary>
    /// <param name="seed">of the starting weights</param>
    /// <param name="features">a teacher's features, for <see cref="Added"/>; null: no such term</param>
    public Method Build(ulong seed, Target? features = null)
    {
        using var scope = NewDisposeScope();
        var target = new PixelTarget(Encoder.Grid(), NormalisePixels, SkipConstantPatches);
        var predictor = new MaePredictor(new MaskedAutoencoder(Encoder, Decoder, target.Size, Precision, seed, features?.Size ?? 0));
        Term[] uniform = Uniformity == 0 ? [] : [new(Output.Encoder, new NoTarget(Encoder.Grid(), Encoder.Width), Positions.All, Morphing.None, new Uniformity(), Uniformity)];
        return new(this, Views, Masking, predictor,
            Added.After(features, [new(Output.Mim, target, Positions.Masked, Morphing, new MeanSquared()), .. uniform]));
    }

    /// <summary>How it is trained.</summary>
    /// <param name="seed">of order, masks and views</param>
    public TrainingPlan Plan(ulong seed) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = BaseLearningRate * BatchSize / 256, WarmupEpochs = WarmupEpochs,
        WeightDecay = WeightDecay, Beta1 = Beta1, Beta2 = Beta2, Seed = seed,
    };
}
