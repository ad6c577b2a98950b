namespace MimKit.Data;

/// <summary>An image and the class of each of its pixels.</summary>
/// <param name="Image">[H, W, C]</param>
/// <param name="Mask">[H, W, 1]: class numbers; <see cref="SegmentationSource.Ignored"/> where none is known</param>
public sealed record SegmentationPair(Picture Image, Picture Mask);

/// <summary>Images with a class for every pixel, read one by one.</summary>
public abstract class SegmentationSource(DataManifest manifest, string split)
{
    /// <summary>The mask's value of pixels that neither loss nor score counts.</summary>
    public const byte Ignored = 255;

    public DataManifest Manifest { get; } = manifest;
    public string Name => Manifest.Name;
    public string Split { get; } = split;
    public int ClassCount => Manifest.ClassCount;
    public IReadOnlyList<string> Classes => Manifest.Classes;
    public abstract int Count { get; }

    /// <summary>One image and its mask, of the same size.</summary>
    public abstract SegmentationPair Pair(int index);

    public override string ToString() => $"{Name} {Split}: {Count:N0} images with masks, {ClassCount} classes";
}

/// <summary>The three splits of a segmentation data set.</summary>
public sealed record SegmentationSplits(SegmentationSource Train, SegmentationSource Val, SegmentationSource Test);
