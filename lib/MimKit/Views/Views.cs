using System.Text.Json.Serialization;
using MimKit.Data;
using MimKit.Runtime;

namespace MimKit;

/// <summary>The images of one step as student and targets see them.</summary>
/// <param name="Student">[B, C, H, W] float32</param>
/// <param name="Target">[B, C, H, W] float32: the same crop</param>
public sealed record Seen(Tensor Student, Tensor Target);

/// <summary>What feeds a method: which view of an image the student sees, and which the target.</summary>
[JsonDerivedType(typeof(PlainViews), "plain"), JsonDerivedType(typeof(LoadedViews), "loaded"), JsonDerivedType(typeof(CropFlip), "crop-flip")]
public abstract record Views
{
    /// <summary>The images as they are.</summary>
    public static Views Plain { get; } = new PlainViews();

    /// <summary>The views of one batch.</summary>
    public abstract Seen Draw(Batch batch, Draw draw);
}

/// <summary>The images as they are.</summary>
public sealed record PlainViews : Views
{
    public override Seen Draw(Batch batch, Draw draw) => new(batch.Images, batch.Images);
    public override string ToString() => "plain";
}

/// <summary>The views that the loader has made of every file (<see cref="TwoViews"/>): the first for the student, the second for the target.</summary>
public sealed record LoadedViews : Views
{
    public override Seen Draw(Batch batch, Draw draw) => batch.More.Count > 0 ? new(batch.Images, batch.More[0])
        : throw new ArgumentException("The batch has one view; a loader with TwoViews makes the second.");
    public override string ToString() => "loaded";
}
