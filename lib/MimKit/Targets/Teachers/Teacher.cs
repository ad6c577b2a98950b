using MimKit.Models;

using MimKit.Runtime;

namespace MimKit;

/// <summary>A frozen network whose patch features are what others learn. It brings images to its own scale and size by itself.</summary>
public abstract class Teacher : IDisposable
{
    /// <summary>"DINO ViT-S/16".</summary>
    public abstract string Name { get; }

    /// <summary>Its patches, in images of its own size.</summary>
    public abstract PatchGrid Grid { get; }

    /// <summary>Width of a feature.</summary>
    public abstract int Width { get; }

    /// <summary>How it wants its pixels.</summary>
    public abstract InputScale Scale { get; }

    /// <summary>Features of every patch, without gradients.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="given">their scale</param>
    /// <returns>[B, N, Width] float32</returns>
    public Tensor Patches(Tensor images, InputScale given)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return PatchFeatures(Prepared(images, given)).to(float32).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>One vector an image, without gradients: what kNN reads.</summary>
    /// <returns>[B, D] float32</returns>
    public Tensor Pooled(Tensor images, InputScale given)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return PooledFeatures(Prepared(images, given)).to(float32).contiguous().MoveToOuterDisposeScope();
    }

    /// <param name="images">[B, C, H, W] of the teacher's scale and size</param>
    /// <returns>[B, N, Width]</returns>
    protected abstract Tensor PatchFeatures(Tensor images);

    /// <returns>[B, D]</returns>
    protected abstract Tensor PooledFeatures(Tensor images);

    public abstract void Dispose();
    public override string ToString() => $"{Name}, {Width} values at each of {Grid.Rows}x{Grid.Columns} patches";

    private Tensor Prepared(Tensor images, InputScale given)
    {
        var scaled = Scale.From(images, given, Grid.Channels);
        long h = Grid.Rows * Grid.PatchSize, w = Grid.Columns * Grid.PatchSize;
        if (images.size(2) == h && images.size(3) == w) return scaled;
        using var whole = tensor([1f, 0, 0, 0, 1, 0], [1, 2, 3]);                  // the whole image, read at the teacher's size
        return Resample.Bicubic(scaled, whole.expand(images.size(0), -1, -1), h, w);
    }
}

/// <summary>A ViT with learned positions (DINO, DeiT, timm) as a teacher: features after the final norm.</summary>
/// <param name="network">disposed with the teacher</param>
/// <param name="scale">how it wants its pixels</param>
/// <param name="name">for logs</param>
/// <param name="blocks">run before the final norm; null: all</param>
/// <param name="pooling">how tokens become one vector</param>
public sealed class VitTeacher(LearnedVit network, InputScale scale, string name, int? blocks = null, Pooling pooling = Pooling.ClassToken) : Teacher
{
    public override string Name => name;
    public override PatchGrid Grid => network.Grid;
    public override int Width => network.Config.Width;
    public override InputScale Scale => scale;

    /// <summary>The frozen network.</summary>
    public LearnedVit Network => network;

    protected override Tensor PatchFeatures(Tensor images)
    {
        var tokens = network.Encode(images, blocks);                               // [B, 1 + N, D]
        return tokens.narrow(1, 1, tokens.size(1) - 1);
    }

    protected override Tensor PooledFeatures(Tensor images)
    {
        var tokens = network.Encode(images, blocks);
        return pooling == Pooling.ClassToken ? tokens.select(1, 0) : tokens.narrow(1, 1, tokens.size(1) - 1).to(float32).mean([1]);
    }

    public override void Dispose() => network.Dispose();
}

/// <summary>A teacher's features as a target: what DTM, MVP and the like regress.</summary>
/// <param name="teacher">disposed by its owner</param>
/// <param name="given">the scale of the views</param>
/// <param name="normalised">bring every feature to unit length</param>
public sealed class FeatureTarget(Teacher teacher, InputScale given, bool normalised = false) : Target
{
    public override PatchGrid Grid => teacher.Grid;
    public override int Size => teacher.Width;

    public override TargetValues Of(Tensor view)
    {
        var features = teacher.Patches(view, given);
        return new(normalised ? nn.functional.normalize(features, dim: -1) : features);
    }

    public override string ToString() => $"features of {teacher}{(normalised ? ", unit length" : "")}";
}
