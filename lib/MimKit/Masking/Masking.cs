using System.Text.Json.Serialization;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>First choice of a method: which patches are hidden?</summary>
[JsonDerivedType(typeof(RandomMasking), "random"), JsonDerivedType(typeof(BlockwiseMasking), "block-wise"), JsonDerivedType(typeof(UnitMasking), "units")]
[JsonDerivedType(typeof(GridMasking), "grid"), JsonDerivedType(typeof(AttentionMasking), "attention"), JsonDerivedType(typeof(NoMasking), "none"), JsonDerivedType(typeof(GivenMasking), "given")]
public abstract record Masking
{
    /// <summary>Nothing is hidden.</summary>
    public static Masking None { get; } = new NoMasking();

    /// <summary>A mask for every image of the batch.</summary>
    /// <param name="grid">the patches of an image</param>
    /// <param name="draw">the step's random numbers</param>
    /// <param name="saliency">the student's attention to every patch, [B, N] float32, computed only if asked for; null outside a method</param>
    /// <exception cref="ArgumentException">Nothing would be hidden, or everything.</exception>
    public abstract Mask Draw(PatchGrid grid, Draw draw, Func<Tensor>? saliency = null);

    private protected static void Check(int hidden, PatchGrid grid, string how)
    {
        if (hidden <= 0 || hidden >= grid.Count)
            throw new ArgumentException($"{how} hides {hidden} of {grid.Count} patches ({grid}); at least 1 must be hidden and at least 1 visible.");
    }
}

/// <summary>Hides patches at random, an exact number in every image: int(N (1 − Ratio)) stay visible, as in MAE.</summary>
/// <param name="Ratio">share of the patches that is hidden</param>
public sealed record RandomMasking(double Ratio = 0.75) : Masking
{
    public override Mask Draw(PatchGrid grid, Draw draw, Func<Tensor>? saliency = null)
    {
        var visible = Visible(grid);
        return Mask.FromNoise(draw.Uniform(Purpose.Mask, grid.Count), grid.Count, visible);
    }

    /// <summary>Patches that stay visible: 49 of 196, 12 of 49 at the default.</summary>
    public int Visible(PatchGrid grid)
    {
        var visible = (int)(grid.Count * (1 - Ratio));                             // truncates, as Python's int()
        Check(grid.Count - visible, grid, $"A ratio of {Ratio}");
        return visible;
    }
}

/// <summary>Hides the same given patches in every image: for looking and for tests.</summary>
/// <param name="Hidden">one truth value a patch, row by row; true = hidden</param>
public sealed record GivenMasking(IReadOnlyList<bool> Hidden) : Masking
{
    public override Mask Draw(PatchGrid grid, Draw draw, Func<Tensor>? saliency = null)
    {
        if (Hidden.Count != grid.Count) throw new ArgumentException($"The given mask has {Hidden.Count} patches; {grid} has {grid.Count}.");
        var hidden = Hidden.Count(patch => patch);
        Check(hidden, grid, "The given mask");
        var all = new bool[draw.Count * grid.Count];
        for (var i = 0; i < all.Length; i++) all[i] = Hidden[i % grid.Count];
        return Mask.FromHidden(all, grid.Count);
    }
}
