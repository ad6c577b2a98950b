using System.Text.RegularExpressions;

namespace MimKit;

/// <summary>Whose names a file of weights has (METHODS 2.11, 3.4).</summary>
public enum WeightFamily
{
    /// <summary>BEiT v2 in pre-training: mask token, shared relative position bias, head over codes.</summary>
    BeitPretrained,

    /// <summary>BEiT v2 fine-tuned: a relative position bias in every block, mean pooling, head over classes.</summary>
    BeitFineTuned,

    /// <summary>BEiT v2's tokenizer: encoder, decoder, codebook.</summary>
    VqKd,

    /// <summary>MAE and ClusterMIM in pre-training: encoder and decoder.</summary>
    MaePretrained,

    /// <summary>CLIP's image encoder.</summary>
    Clip,

    /// <summary>A plain vision transformer with learned positions: DINO, DeiT, timm; MAE's encoder alone.</summary>
    Vit,
}

/// <summary>Recognises whose names a state dict has, and writes them as the kit's models do, which keep the official ones wherever a model is of one family.</summary>
static partial class WeightNames
{
    /// <summary>What tells a family, in the order in which it is asked.</summary>
    private static readonly (string Key, WeightFamily Family)[] Marks =
    [
        ("quantize.embedding.weight", WeightFamily.VqKd), ("visual.class_embedding", WeightFamily.Clip), ("decoder_embed.weight", WeightFamily.MaePretrained),
        ("lm_head.weight", WeightFamily.BeitPretrained), ("blocks.0.attn.relative_position_bias_table", WeightFamily.BeitFineTuned), ("blocks.0.attn.qkv.weight", WeightFamily.Vit),
    ];

    /// <summary>Parts of a file that no model of a family has: another network's, or what is computed.</summary>
    [GeneratedRegex(@"relative_position_index$|^(loss|teacher_model|scaling_layer|tokenizer)\.|^head_dist\.|num_batches_tracked$")]
    private static partial Regex Computed();

    /// <summary>CLIP's names for what timm calls otherwise.</summary>
    private static readonly (string From, string To)[] ClipNames =
    [
        ("visual.class_embedding", "cls_token"), ("visual.positional_embedding", "pos_embed"), ("visual.conv1.", "patch_embed.proj."), ("visual.ln_pre.", "norm_pre."), ("visual.ln_post.", "norm."),
        ("visual.proj", "head.weight"), ("visual.transformer.resblocks.", "blocks."), (".ln_1.", ".norm1."), (".ln_2.", ".norm2."), (".attn.in_proj_weight", ".attn.qkv.weight"),
        (".attn.in_proj_bias", ".attn.qkv.bias"), (".attn.out_proj.", ".attn.proj."), (".mlp.c_fc.", ".mlp.fc1."), (".mlp.c_proj.", ".mlp.fc2."),
    ];

    /// <summary>Whose names these are; null when nobody's that is known here.</summary>
    public static WeightFamily? FamilyOf(IReadOnlyCollection<string> names) => Marks.Where(mark => names.Contains(mark.Key)).Select(mark => (WeightFamily?)mark.Family).FirstOrDefault();

    /// <summary>The kit's name; null for what is left out.</summary>
    public static string? Kits(WeightFamily family, string name)
    {
        if (Computed().IsMatch(name)) return null;
        if (family != WeightFamily.Clip) return name;
        return name.StartsWith("visual.", StringComparison.Ordinal) ? ClipNames.Aggregate(name, (text, rule) => text.Replace(rule.From, rule.To)) : null;     // the text encoder goes
    }
}
