namespace MimKit.Data;

/// <summary>Images and masks of one size in memory.</summary>
public sealed class SegmentationSet : SegmentationSource
{
    /// <param name="pixels">[N, C, H, W] uint8</param>
    /// <param name="masks">[N, H, W] uint8 class numbers, or <see cref="SegmentationSource.Ignored"/></param>
    /// <exception cref="ArgumentException">Pixels and masks do not fit together, or a mask has a class that the data set does not.</exception>
    public SegmentationSet(DataManifest manifest, string split, byte[] pixels, byte[] masks) : base(manifest, split)
    {
        var area = Height * Width;
        if (masks.Length % area != 0 || pixels.LongLength != (long)masks.Length * Channels)
            throw new ArgumentException($"{pixels.LongLength:N0} bytes of pixels and {masks.Length:N0} of masks are no images of {Channels}x{Height}x{Width} with masks.");
        if (Array.FindIndex(masks, label => label >= manifest.ClassCount && label != Ignored) is var wrong and >= 0)
            throw new ArgumentException($"The mask of image {wrong / area} has the class {masks[wrong]} at row {wrong % area / Width}, column {wrong % Width}; {manifest.Name} has {manifest.ClassCount} classes, 0 to {manifest.ClassCount - 1}, and {Ignored} where none is known.");
        (Pixels, Masks, Count) = (pixels, masks, masks.Length / area);
    }

    public int Channels => Manifest.Image.Channels;
    public int Height => Manifest.Image.Height;
    public int Width => Manifest.Image.Width;
    public override int Count { get; }
    /// <summary>[N, C, H, W].</summary>
    public byte[] Pixels { get; }
    /// <summary>[N, H, W].</summary>
    public byte[] Masks { get; }

    /// <summary>The bytes of one image, [C, H, W].</summary>
    public ReadOnlySpan<byte> Image(int index) => Pixels.AsSpan(index * Channels * Height * Width, Channels * Height * Width);

    /// <summary>The classes of one image's pixels, [H, W].</summary>
    public ReadOnlySpan<byte> Mask(int index) => Masks.AsSpan(index * Height * Width, Height * Width);

    /// <summary>The first pairs, for a quick look.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than there are, or fewer than one.</exception>
    public SegmentationSet Take(int count)
    {
        if (count < 1 || count > Count) throw new ArgumentOutOfRangeException(nameof(count), $"{Name} {Split} has {Count:N0} images; asked for {count:N0}.");
        return count == Count ? this : new(Manifest, Split, Pixels[..(count * Channels * Height * Width)], Masks[..(count * Height * Width)]);
    }

    public override SegmentationPair Pair(int index) =>
        new(Picture.FromPlanes(Image(index), Height, Width, Channels), new(Mask(index).ToArray(), Height, Width, 1));
}
