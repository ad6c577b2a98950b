using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Tests.Data;

public sealed class CorruptionTests
{
    private static readonly ImageSet Photos = Made(6, 32, 3);

    public static TheoryData<Corruption> Families => [.. Corruptions.All];

    // Discs and bars of random colours over a gradient: edges, surfaces and darks, as photographs have them.
    private static ImageSet Made(int count, int side, int channels)
    {
        var pixels = new byte[count * channels * side * side];
        var u = new Draw(7, 0, [.. Enumerable.Range(0, count).Select(i => (long)i)]).Uniform(Purpose.Noise, 4 * channels + 3);
        for (var i = 0; i < count; i++)
            for (var c = 0; c < channels; c++)
                for (var y = 0; y < side; y++)
                    for (var x = 0; x < side; x++)
                    {
                        var own = u.AsSpan(i * (4 * channels + 3), 4 * channels + 3);
                        var value = own[c] * 0.3 + 0.3 * x / side;
                        if (Math.Pow(x - own[^1] * side, 2) + Math.Pow(y - own[^2] * side, 2) < side * side / 16.0) value = own[channels + c] * 0.8;
                        if (Math.Abs(x - own[^3] * side) < 2) value = own[2 * channels + c];
                        pixels[((i * channels + c) * side + y) * side + x] = (byte)(value * 255);
                    }
        return Set(pixels, count, side, channels);
    }

    private static ImageSet Plain(byte value, int side = 64) => Set([.. Enumerable.Repeat(value, side * side)], 1, side, 1);

    private static ImageSet Set(byte[] pixels, int count, int side, int channels) => new(new DataManifest
    {
        Name = "made", Title = "Made", Licence = "none", Homepage = "none", Citation = "none", Path = "none", Digest = "none", Files = new Dictionary<string, DataFile>(), Classes = ["a"],
        Image = new(channels, side, side, [.. Enumerable.Repeat(0.5, channels)], [.. Enumerable.Repeat(0.25, channels)]), Splits = new(count, 1, 1, 1),
    }, "test", pixels, new int[count]);

    private static double Distance(ImageSet a, ImageSet b) => a.Pixels.Zip(b.Pixels, (p, q) => Math.Abs(p - q) / 255.0).Average();

    [Theory]
    [MemberData(nameof(Families))]
    public void A_stronger_corruption_changes_more(Corruption family)
    {
        var changes = Enumerable.Range(1, Corruptions.Severities).Select(severity => Distance(Photos, Photos.Corrupt(family, severity))).ToList();
        Assert.All(changes, change => Assert.InRange(change, 0.001, 0.5));
        // an elastic picture is pulled about less from severity to severity, and in shorter waves
        Assert.True(family == Corruption.ElasticTransform || changes[4] > 1.15 * changes[0], string.Join(", ", changes));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_image_is_corrupted_the_same_alone_or_among_others(Corruption family)
    {
        var few = Set(Photos.Pixels[..(2 * Photos.ImageBytes)], 2, Photos.Height, Photos.Channels).Corrupt(family, 3);
        Assert.Equal(few.Pixels, Photos.Corrupt(family, 3).Pixels[..(2 * Photos.ImageBytes)]);
        Assert.Equal(Photos.Labels, Photos.Corrupt(family, 3).Labels);
    }

    [Fact]
    public void Other_seeds_draw_other_noise() =>
        Assert.NotEqual(Photos.Corrupt(Corruption.GaussianNoise, 1, seed: 1).Pixels, Photos.Corrupt(Corruption.GaussianNoise, 1, seed: 2).Pixels);

    [Theory]
    [InlineData(Corruption.GaussianNoise, 3, 0.08)]                                  // its spread
    [InlineData(Corruption.ShotNoise, 5, 0.1)]                                       // sqrt(0.5 / 50): the spread of a count of photons
    [InlineData(Corruption.ShotNoise, 1, 0.0316)]                                    // sqrt(0.5 / 500)
    [InlineData(Corruption.ImpulseNoise, 5, 0.1323)]                                 // sqrt(0.07 / 4): half a unit away, at 7 of 100 pixels
    public void Noise_has_the_spread_that_its_strength_says(Corruption family, int severity, double spread)
    {
        var values = Plain(128, side: 128).Corrupt(family, severity).Pixels.Select(value => value / 255.0).ToList();
        var mean = values.Average();
        Assert.Equal(0.5, mean, 0.006);
        Assert.InRange(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), 0.94 * spread, 1.06 * spread);
    }

    [Theory]
    [InlineData(Corruption.DefocusBlur)]
    [InlineData(Corruption.GlassBlur)]
    [InlineData(Corruption.MotionBlur)]
    [InlineData(Corruption.ZoomBlur)]
    [InlineData(Corruption.Contrast)]
    [InlineData(Corruption.ElasticTransform)]
    [InlineData(Corruption.Pixelate)]
    [InlineData(Corruption.JpegCompression)]
    public void What_moves_or_mixes_pixels_leaves_a_plain_surface(Corruption family) =>
        Assert.All(Plain(100).Corrupt(family, 5).Pixels, value => Assert.InRange(value, 98, 101));

    [Fact]
    public void Brightness_keeps_the_hue()
    {
        var lit = new Picture([100, 50, 25], 1, 1, 3).Corrupt(Corruption.Brightness, 5, new Draw(0, 0, [0]).Stream(Purpose.Corrupt, 0));
        Assert.Equal([176, 88, 44], lit.Pixels.Select(value => (int)value));         // 100 + 0.3 * 255, the others in proportion
    }

    [Fact]
    public void Severities_beyond_five_are_refused() => Assert.Contains("1 (hardly seen) to 5", Assert.Throws<ArgumentOutOfRangeException>(() => Photos.Corrupt(Corruption.Fog, 6)).Message);
}
