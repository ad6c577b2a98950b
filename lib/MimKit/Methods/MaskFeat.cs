// Masked Feature Prediction for Self-Supervised Visual Pre-Training.
// Chen Wei, Haoqi Fan, Saining Xie, Chao-Yuan Wu, Alan Yuille, Christoph Feichtenhofer. CVPR 2022, arXiv 2112.09133.
//
// Regress the histogram of oriented gradients of every hidden patch. Values: METHODS 5 and 5.1.

using MimKit.Models;

namespace MimKit.Methods;

/// <summary>MaskFeat with HOG (Wei et al., CVPR 2022, arXiv 2112.09133). Defaults: ViT-B/16, 78 of 196 patches hidden, 108 values a patch.</summary>
public sealed record MaskFeatConfig : MaskTokenConfig
{
    public MaskFeatConfig()
    {
        (Masking, Views) = (new BlockwiseMasking(78), new CropFlip(MinScale: 0.5));
        (Epochs, Beta2, Parts) = (300, 0.999, new() { LayerScale = 0 });
    }

    /// <summary>Side of a histogram's cell in pixels.</summary>
    public int Cell { get; init; } = 8;
    /// <summary>Side of the Gaussian window that weighs magnitudes, in pixels.</summary>
    public int Window { get; init; } = 16;

    public static MaskFeatConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16 };
    public static MaskFeatConfig Small16 { get; } = new() { Encoder = VitConfig.Small16 };
    public static MaskFeatConfig Base16 { get; } = new();
    public static MaskFeatConfig Large16 { get; } = new() { Encoder = VitConfig.Large16 };

    /// <summary>28×28 grey images, cells of 2 pixels, 36 values a patch (METHODS 5.3): ours, since no paper has one.</summary>
    public static MaskFeatConfig Mini28 { get; } = Mini(new MaskFeatConfig()) with { Cell = 2, Window = 4 };

    /// <summary>The method: regress the gradients of every hidden patch.</summary>
    /// <param name="seed">of the starting weights</param>
    public Method Build(ulong seed)
    {
        using var scope = NewDisposeScope();
        var hog = new HogTarget(Encoder.Grid(), Cell, Window);
        return new(this, Views, Masking, Predictor(hog.Size, seed), new Term(Output.Mim, hog, Positions.Masked, Morphing.None, new MeanSquared()));
    }
}
