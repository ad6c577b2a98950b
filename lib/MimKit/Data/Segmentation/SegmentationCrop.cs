namespace MimKit.Data;

/// <summary>
/// The joint transform of image and mask for training (METHODS 2.7): resized by a drawn ratio, a square cut out in which no class takes nearly all,
/// mirrored half of the time, colours distorted; padded where the image is smaller. Masks are resized by nearest neighbour.
/// </summary>
/// <param name="Side">of the square</param>
public sealed record SegmentationCrop(int Side = 512)
{
    /// <summary>The shorter side before the drawn ratio; the longer is at most four times as long.</summary>
    public int ShortSide { get; init; } = 512;
    public double RatioFrom { get; init; } = 0.5;
    public double RatioTo { get; init; } = 2;

    /// <summary>Another place is tried while one class has more than this share of the known pixels.</summary>
    public double MostOfOneClass { get; init; } = 0.75;
    public bool Flip { get; init; } = true;

    /// <summary>Brightness ± 32 of 255, contrast and saturation 0.5 to 1.5, hue ± 18°, each half of the time.</summary>
    public bool Photometric { get; init; } = true;

    private const int Attempts = 10;

    public SegmentationPair Apply(SegmentationPair pair, SampleDraw draw)
    {
        var (image, mask) = Resized(pair, draw.Uniform(RatioFrom, RatioTo));
        (image, mask) = (Padded(image, 0), Padded(mask, SegmentationSource.Ignored));
        var box = Place(mask, draw);
        for (var i = 1; i < Attempts && LargestShare(mask.Crop(box)) > MostOfOneClass; i++) box = Place(mask, draw);
        (image, mask) = (image.Crop(box), mask.Crop(box));
        if (Flip && draw.Flip()) (image, mask) = (image.Mirror(), mask.Mirror());
        return new(Photometric ? Distorted(image, draw) : image, mask);
    }

    private (Picture Image, Picture Mask) Resized(SegmentationPair pair, double ratio)
    {
        var (h, w) = Size(pair.Image, ShortSide * ratio);
        return (pair.Image.Resize(h, w, Resampling.Bilinear), pair.Mask.Resize(h, w, Resampling.Nearest));
    }

    /// <summary>A whole image as evaluation sees it: its shorter side brought to a length, the longer at most four times as long.</summary>
    internal static Picture ToSize(Picture image, int shortSide)
    {
        var (h, w) = Size(image, shortSide);
        return image.Resize(h, w, Resampling.Bilinear);
    }

    private static (int Height, int Width) Size(Picture image, double shortSide)
    {
        var (h, w) = (image.Height, image.Width);
        var scale = Math.Min(shortSide / Math.Min(h, w), 4 * shortSide / Math.Max(h, w));
        return (Math.Max(1, (int)(h * scale + 0.5)), Math.Max(1, (int)(w * scale + 0.5)));
    }

    private Picture Padded(Picture p, byte value)
    {
        if (p.Height >= Side && p.Width >= Side) return p;
        var (h, w, c) = (Math.Max(p.Height, Side), Math.Max(p.Width, Side), p.Channels);
        var pixels = new byte[h * w * c];
        pixels.AsSpan().Fill(value);
        for (var y = 0; y < p.Height; y++) p.Pixels.AsSpan(y * p.Width * c, p.Width * c).CopyTo(pixels.AsSpan(y * w * c));
        return new(pixels, h, w, c);
    }

    private CropBox Place(Picture mask, SampleDraw draw) => new(draw.Below(mask.Width - Side + 1), draw.Below(mask.Height - Side + 1), Side, Side);

    private static double LargestShare(Picture mask)
    {
        var counts = new int[256];
        foreach (var label in mask.Pixels) counts[label]++;
        var known = mask.Pixels.Length - counts[SegmentationSource.Ignored];
        counts[SegmentationSource.Ignored] = 0;
        return known == 0 || counts.Count(n => n > 0) < 2 ? 1 : counts.Max() / (double)known;
    }

    private static Picture Distorted(Picture image, SampleDraw draw)
    {
        if (draw.Chance(0.5))
        {
            var add = (int)draw.Uniform(-32, 33);
            image = image.Map((v, _) => (byte)Math.Clamp(v + add, 0, 255));
        }
        var contrast = draw.Uniform(0.5, 1.5);
        if (draw.Chance(0.5)) image = image.Map((v, _) => (byte)Math.Clamp(v * contrast, 0, 255));
        if (draw.Chance(0.5)) image = image.Saturation(draw.Uniform(0.5, 1.5));
        return draw.Chance(0.5) ? image.Hue(draw.Uniform(-18, 18) / 360) : image;
    }
}
