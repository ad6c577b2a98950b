// SimMIM: A Simple Framework for Masked Image Modeling.
// Zhenda Xie, Zheng Zhang, Yue Cao, Yutong Lin, Jianmin Bao, Zhuliang Yao, Qi Dai, Han Hu. CVPR 2022, arXiv 2111.09886.
//
// Large square units are hidden; a linear head regresses their raw pixels with an L1 loss. Values: METHODS 5.

using MimKit.Models;

namespace MimKit.Methods;

/// <summary>SimMIM (Xie et al., CVPR 2022, arXiv 2111.09886). Defaults: ViT-B/16, 32-pixel units, 60 % hidden, 800 epochs.</summary>
public sealed record SimMimConfig : MaskTokenConfig
{
    public SimMimConfig()
    {
        (Masking, Epochs, Beta2) = (new UnitMasking(0.6, Unit: 2), 800, 0.999);
        Parts = new() { DropPath = 0.1 };
    }

    public static SimMimConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16 };
    public static SimMimConfig Small16 { get; } = new() { Encoder = VitConfig.Small16 };
    public static SimMimConfig Base16 { get; } = new();
    public static SimMimConfig Large16 { get; } = new() { Encoder = VitConfig.Large16 };

    /// <summary>28×28 grey images, units of one patch, 30 of 49 hidden: ours, since no paper has one (METHODS 5.3 says 29; SimMIM rounds up).</summary>
    public static SimMimConfig Mini28 { get; } = Mini(new SimMimConfig()) with { Masking = new UnitMasking(0.6, Unit: 1), Parts = new() };

    /// <summary>The method: regress the pixels of every hidden patch.</summary>
    /// <param name="seed">of the starting weights</param>
    public Method Build(ulong seed)
    {
        using var scope = NewDisposeScope();
        var pixels = new PixelTarget(Encoder.Grid(), normalised: false);
        return new(this, Views, Masking, Predictor(pixels.Size, seed), new Term(Output.Mim, pixels, Positions.Masked, Morphing.None, new MeanAbsolute()));
    }
}
