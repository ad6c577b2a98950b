namespace MimKit.Torch;

/// <summary>Operators that some versions of libtorch lack. Each is looked up by its schema when it is first wanted; where it is missing, something slower takes its place.</summary>
public static class OptionalOperators
{
    /// <summary>What this libtorch has of them. Loads libtorch.</summary>
    /// <returns>name as the dispatcher knows it, whether it is there, what it is for and what stands in</returns>
    public static IReadOnlyList<(string Name, bool Found, string For)> All() => [.. Table.Select(row => (row.Name, new Op(row.Name, row.Overload).Exists, row.For))];

    private static readonly (string Name, string Overload, string For)[] Table =
    [
        ("mimkit::adamw_", "", "AdamW on the CPU, all tensors in one pass"),
        ("aten::_fused_adamw_", "", "AdamW on a GPU in one launch (2.0); else multi-tensor launches"),
        ("aten::_foreach_add_", "List", "multi-tensor launches of optimizers; else one launch a tensor"),
        ("aten::scaled_dot_product_attention", "", "attention without its N × N matrix on a GPU (2.0); else softmax and two products"),
        ("aten::_upsample_bicubic2d_aa", "vec", "antialiased resizing as PIL's (1.11)"),
    ];
}
