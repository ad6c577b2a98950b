// BEiT: BERT Pre-Training of Image Transformers.
// Hangbo Bao, Li Dong, Songhao Piao, Furu Wei. ICLR 2022, arXiv 2106.08254.
//
// Name the code that DALL-E's dVAE gave each hidden patch. Values: METHODS 1.1 to 1.4 and 5.

using MimKit.Models;

namespace MimKit.Methods;

// Quirks of the released code (microsoft/unilm @768a3c8, beit): its masks stop short of 75 patches where no rectangle fits; ours fill up, as BEiT v2's do.

/// <summary>BEiT (Bao et al., ICLR 2022, arXiv 2106.08254). Defaults: ViT-B/16, 800 epochs.</summary>
public sealed record BeitConfig : MaskTokenConfig
{
    public BeitConfig()
    {
        (Epochs, Beta2) = (800, 0.999);
        Parts = new() { DropPath = 0.1 };
    }

    /// <summary>The run folder of a trained tokenizer, opened by the command line; <see cref="Build"/> is given the codes themselves.</summary>
    public string Tokenizer { get; init; } = "";

    public static BeitConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16 };
    public static BeitConfig Small16 { get; } = new() { Encoder = VitConfig.Small16 };
    public static BeitConfig Base16 { get; } = new();
    public static BeitConfig Large16 { get; } = new() { Encoder = VitConfig.Large16, Parts = new() { LayerScale = 1e-5, DropPath = 0.1 } };

    /// <summary>28×28 grey images (METHODS 5.3): ours, since no paper has one.</summary>
    public static BeitConfig Mini28 { get; } = Mini(new BeitConfig()) with { Parts = new() };

    /// <summary>The method: name the code of every hidden patch.</summary>
    /// <param name="tokenizer">gives ids: a dVAE; must outlive the method</param>
    /// <param name="seed">of the starting weights</param>
    public Method Build(Target tokenizer, ulong seed)
    {
        using var scope = NewDisposeScope();
        return new(this, Views, Masking, Predictor(tokenizer.Size, seed), new Term(Output.Mim, tokenizer, Positions.Masked, Morphing.None, new CrossEntropy()));
    }
}
