namespace MimKit.Data;

/// <summary>Images and masks of one size in memory.</summary>
public sealed class SegmentationSet : SegmentationSource
{
    /// <param name="pixels">[N, C, H, W] uint8</param>
    /// <param name="masks">[N, H, W] uint8 class numbers, or <see cref="SegmentationSource.Ignored"/></param>
    /// <exception cref="ArgumentException">Pixels and masks do not fit together.</exception>
    public SegmentationSet(DataManifest manifest, string split, byte[] pixels, byte[] masks) : base(manifest, split)
    {
        var area = Height * Width;
        if (masks.Length % area != 0 || pixels.LongLength != (long)masks.Length * Channels)
            throw new ArgumentException($"{pixels.LongLength:N0} bytes of pixels and {masks.Length:N0} of masks are no images of {Channels}x{Height}x{Width} with masks.");
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

    public override SegmentationPair Pair(int index) =>
        new(Picture.FromPlanes(Image(index), Height, Width, Channels), new(Mask(index).ToArray(), Height, Width, 1));
}
