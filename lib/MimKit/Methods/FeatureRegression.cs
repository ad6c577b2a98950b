// MVP: Multimodality-Guided Visual Pre-training. Longhui Wei, Lingxi Xie, Wengang Zhou, Houqiang Li, Qi Tian. ECCV 2022, arXiv 2203.05175.
//
// A teacher's features, token by token, at the hidden patches: what DTM is compared with. MVP-like: its teacher is CLIP, ours is whatever is given.

using MimKit.Models;

namespace MimKit.Methods;

/// <summary>Regression of a teacher's features at hidden patches (as MVP, Wei et al., ECCV 2022, arXiv 2203.05175). Defaults: ViT-B/16, cosine distance.</summary>
public sealed record FeatureRegressionConfig : MaskTokenConfig
{
    /// <summary>The run folder of a trained teacher, opened by the command line; <see cref="Build"/> is given the features themselves.</summary>
    public string Teacher { get; init; } = "";

    public Positions Positions { get; init; } = Positions.Masked;
    public Objective Objective { get; init; } = new Cosine();

    public static FeatureRegressionConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16 };
    public static FeatureRegressionConfig Small16 { get; } = new() { Encoder = VitConfig.Small16 };
    public static FeatureRegressionConfig Base16 { get; } = new();
    public static FeatureRegressionConfig Large16 { get; } = new() { Encoder = VitConfig.Large16 };

    /// <summary>28×28 grey images (METHODS 5.3): ours, since no paper has one.</summary>
    public static FeatureRegressionConfig Mini28 { get; } = Mini(new FeatureRegressionConfig());

    /// <summary>The method: regress the teacher's feature of every hidden patch.</summary>
    /// <param name="teacher">gives vectors; must outlive the method</param>
    /// <param name="seed">of the starting weights</param>
    public Method Build(Target teacher, ulong seed)
    {
        using var scope = NewDisposeScope();
        return new(this, Views, Masking, Predictor(teacher.Size, seed), new Term(Output.Mim, teacher, Positions, Morphing.None, Objective));
    }
}
