using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>
/// The fifteen families of ImageNet-C (Hendrycks and Dietterich, ICLR 2019, arXiv 1903.12261). Its frost lays photographs of frost over the picture, which belong to
/// its authors' download; here the frost is drawn, in the published strengths, so that errors under frost compare with each other but not with published ones.
/// </summary>
public enum Corruption
{
    GaussianNoise, ShotNoise, ImpulseNoise, DefocusBlur, GlassBlur, MotionBlur, ZoomBlur, Snow, Fog, Brightness, Contrast, ElasticTransform, Pixelate, JpegCompression, Frost,
}

/// <summary>
/// Pictures as a model meets them outside the laboratory, for measuring robustness without a download. The strengths are those of CIFAR-10-C,
/// made for 32 × 32 pixels by the same authors; lengths grow with the picture's side. For ImageNet itself there is the data set imagenet-c.
/// </summary>
public static class Corruptions
{
    public const int Severities = 5;

    /// <summary>Every family.</summary>
    public static IReadOnlyList<Corruption> All { get; } = Enum.GetValues<Corruption>();

    /// <summary>A family as ImageNet-C's folders call it: "gaussian_noise".</summary>
    public static string NameOf(Corruption family) => string.Concat($"{family}".Select((letter, i) => char.IsUpper(letter) && i > 0 ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    /// <summary>The same images corrupted, their labels as before. Image i is a function of (seed, family, severity, i) alone.</summary>
    /// <param name="severity">1 (hardly seen) … 5.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such severity.</exception>
    public static ImageSet Corrupt(this ImageSet set, Corruption family, int severity, ulong seed = 0)
    {
        Check(severity);
        var pixels = new byte[set.Pixels.LongLength];
        var draw = new Draw(seed, 0, [.. Enumerable.Range(0, set.Count).Select(i => (long)i)]);
        Each.InParallel(set.Count, i =>
        {
            var random = draw.Stream(Purpose.Corrupt, i, (int)family * Severities + severity);
            Picture.FromPlanes(set.Image(i), set.Height, set.Width, set.Channels).Corrupt(family, severity, random).ToPlanes(pixels.AsSpan(i * set.ImageBytes, set.ImageBytes));
        });
        return new(set.Manifest, $"{set.Split}, {family} {severity}", pixels, set.Labellings);
    }

    /// <summary>One picture corrupted.</summary>
    /// <param name="severity">1 (hardly seen) … 5.</param>
    /// <param name="random">What the corruption draws from.</param>
    public static Picture Corrupt(this Picture picture, Corruption family, int severity, SampleStream random)
    {
        Check(severity);
        var image = FloatPicture.Of(picture);
        var unit = Math.Min(picture.Height, picture.Width) / 32.0;                 // the strengths' pixel
        double Of(params ReadOnlySpan<double> strengths) => strengths[severity - 1];
        return family switch
        {
            Corruption.GaussianNoise => image.GaussianNoise(Of(0.04, 0.06, 0.08, 0.09, 0.10), random).ToPicture(),
            Corruption.ShotNoise => image.ShotNoise(Of(500, 250, 100, 75, 50), random).ToPicture(),
            Corruption.ImpulseNoise => image.ImpulseNoise(Of(0.01, 0.02, 0.03, 0.05, 0.07), random).ToPicture(),
            Corruption.DefocusBlur => image.Defocus(unit * Of(0.3, 0.4, 0.5, 1, 1.5), unit * Of(0.4, 0.5, 0.6, 0.2, 0.1)).ToPicture(),
            Corruption.GlassBlur => image.Glass(unit * Of(0.05, 0.25, 0.4, 0.25, 0.4), Math.Max(1, (int)unit), (int)Of(1, 1, 1, 2, 2), random).ToPicture(),
            Corruption.MotionBlur => image.Motion(unit * Of(6, 6, 6, 8, 9), unit * Of(1, 1.5, 2, 2, 2.5), random.NextDouble() * 90 - 45).ToPicture(),
            Corruption.ZoomBlur => image.ZoomBlur(Of(1.05, 1.10, 1.15, 1.20, 1.25)).ToPicture(),
            Corruption.Snow => image.Snow(SnowOf(severity), unit, random).ToPicture(),
            Corruption.Fog => image.Fog(Of(0.2, 0.5, 0.75, 1, 1.5), Of(3, 3, 2.5, 2, 1.75), random).ToPicture(),
            Corruption.Brightness => image.Brighter(Of(0.05, 0.10, 0.15, 0.20, 0.30)).ToPicture(),
            Corruption.Contrast => image.Contrast(Of(0.75, 0.5, 0.4, 0.3, 0.15)).ToPicture(),
            Corruption.ElasticTransform => image.Elastic(32 * unit * Of(0, 0.05, 0.08, 0.1, 0.1), 32 * unit * Of(0, 0.2, 0.06, 0.04, 0.03), 32 * unit * Of(0.08, 0.07, 0.06, 0.05, 0.03), random).ToPicture(),
            Corruption.Pixelate => Pixelated(picture, Of(0.95, 0.9, 0.85, 0.75, 0.65)),
            Corruption.JpegCompression => ImageDecoder.Decode(JpegEncoder.Encode(picture, (int)Of(80, 65, 58, 50, 40)), "a corrupted picture", picture.Channels),
            Corruption.Frost => image.Frost(Of(1, 1, 0.9, 0.85, 0.75), Of(0.2, 0.3, 0.4, 0.4, 0.45), random).ToPicture(),
            _ => throw new ArgumentOutOfRangeException(nameof(family), $"There is no corruption {family}; there are: {string.Join(", ", All)}."),
        };
    }

    private static SnowStrength SnowOf(int severity) => severity switch
    {
        1 => new(0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        2 => new(0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        3 => new(0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        4 => new(0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        _ => new(0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    };

    private static Picture Pixelated(Picture picture, double size) =>
        picture.Resize(Math.Max(1, (int)(picture.Height * size)), Math.Max(1, (int)(picture.Width * size)), Resampling.Box).Resize(picture.Height, picture.Width, Resampling.Box);

    private static void Check(int severity)
    {
        if (severity is < 1 or > Severities) throw new ArgumentOutOfRangeException(nameof(severity), $"Severity {severity} is not there; severities go from 1 (hardly seen) to {Severities}.");
    }
}
