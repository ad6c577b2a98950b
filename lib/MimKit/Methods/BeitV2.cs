// BEiT v2: Masked Image Modeling with Vector-Quantized Visual Tokenizers.
// Zhiliang Peng, Li Dong, Hangbo Bao, Qixiang Ye, Furu Wei. 2022, arXiv 2208.06366.
//
// Hidden patches are replaced by a mask token; the network names the code that a tokenizer (VQ-KD) gave each of them, once from its last block and
// once through the class token (patch aggregation). Values: METHODS 1.1 to 1.4 and 2.4.

using MimKit.Models;

namespace MimKit.Methods;

// Quirks of the released code (microsoft/unilm @768a3c8, beit2), which the paper does not contradict and ours follows: weights are cut off at one
// deviation, aggregation's blocks start as PyTorch starts a linear layer (BeitInitialisation); 75 of 196 patches are hidden, 38.3 % and not 40;
// mask token and position tables are decayed, keys have no bias.

/// <summary>BEiT v2 (Peng et al., 2022, arXiv 2208.06366). Defaults: ViT-B/16, 300 epochs, patch aggregation from block 9 through 2 blocks.</summary>
public sealed record BeitV2Config : MaskTokenConfig
{
    /// <summary>The run folder of a trained tokenizer, opened by the command line; <see cref="Build"/> is given the codes themselves.</summary>
    public string Tokenizer { get; init; } = "";

    /// <summary>The run folder of a trained teacher, opened by the command line; <see cref="Build"/> is given the features themselves.</summary>
    public string Teacher { get; init; } = "";

    /// <summary>Null: one cross-entropy only, as BEiT with other codes.</summary>
    public PatchAggregation? Aggregation { get; init; } = new(FromBlock: 9, Blocks: 2);

    public double LabelSmoothing { get; init; }

    /// <summary>At which granularity codes are compared; BEiT v2 does so patch by patch.</summary>
    public Morphing Morphing { get; init; } = Morphing.None;

    /// <summary>The term that is added where features are given.</summary>
    public FeatureTerm Added { get; init; } = new();

    public static BeitV2Config Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16 };        // the kit's
    public static BeitV2Config Small16 { get; } = new() { Encoder = VitConfig.Small16 };      // the paper has none: DTM's size
    public static BeitV2Config Base16 { get; } = new();
    public static BeitV2Config Large16 { get; } = new() { Encoder = VitConfig.Large16, Parts = new() { LayerScale = 1e-5 }, Aggregation = new(FromBlock: 21, Blocks: 2) };

    /// <summary>ViT-B/16, 1600 epochs.</summary>
    public static BeitV2Config Base16Long { get; } = new() { Epochs = 1600, Beta2 = 0.999, Parts = new() { DropPath = 0.1 } };

    /// <summary>28×28 grey images, aggregation from block 4 of 6 (METHODS 5.3): ours, since no paper has one.</summary>
    public static BeitV2Config Mini28 { get; } = Mini(new BeitV2Config()) with { Aggregation = new(FromBlock: 4, Blocks: 2) };

    /// <summary>The method: name the code of every hidden patch, twice.</summary>
    /// <param name="tokenizer">gives ids: VQ-KD of any teacher and codebook, or any other; must outlive the method</param>
    /// <param name="seed">of the starting weights</param>
    /// <param name="features">a teacher's features, for <see cref="Added"/>; null: no such term</param>
    public Method Build(Target tokenizer, ulong seed, Target? features = null)
    {
        using var scope = NewDisposeScope();
        var codes = new CrossEntropy(LabelSmoothing);
        Term[] terms = [new(Output.Mim, tokenizer, Positions.Masked, Morphing, codes), .. Aggregation is null ? Array.Empty<Term>() : [new(Output.Aggregated, tokenizer, Positions.Masked, Morphing, codes)]];
        return new(this, Views, Masking, Predictor(tokenizer.Size, seed, Aggregation, features), Added.After(features, terms));
    }
}
