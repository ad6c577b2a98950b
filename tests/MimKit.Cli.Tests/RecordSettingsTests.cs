using MimKit.Cli.Settings;

namespace MimKit.Cli.Tests;

public class RecordSettingsTests
{
    public sealed record Size(int Width, int Blocks)
    {
        public static Size Small { get; } = new(64, 2);
    }

    public enum Shape { Random, Block }

    public sealed record Config
    {
        public double Ratio { get; init; } = 0.75;
        public Size Encoder { get; init; } = new(128, 6);
        public Shape Mask { get; init; }
        public double? Clip { get; init; }
        public ulong Seed { get; init; }
    }

    static Config With(params string[] settings) => RecordSettings.Apply(new Config(), settings);

    [Fact]
    public void Values_are_read_as_the_property_wants_them()
    {
        var config = With("Ratio=0.6", "mask=block", "Clip=3", "Seed=7", "Encoder.Width=192");
        Assert.Equal(new Config { Ratio = 0.6, Mask = Shape.Block, Clip = 3, Seed = 7, Encoder = new(192, 6) }, config);
    }

    [Fact]
    public void The_given_record_stays_as_it_was()
    {
        var config = new Config();
        RecordSettings.Apply(config, ["Encoder.Width=1"]);
        Assert.Equal(128, config.Encoder.Width);
    }

    [Fact]
    public void A_preset_is_taken_by_name() => Assert.Equal(Size.Small, With("Encoder=small").Encoder);

    [Fact]
    public void Null_unsets() => Assert.Null(RecordSettings.Apply(new Config { Clip = 1 }, ["Clip=null"]).Clip);

    [Theory]
    [InlineData("Ratio", "KEY=VALUE")]
    [InlineData("Rate=1", "it has: Ratio, Encoder, Mask, Clip, Seed")]
    [InlineData("Ratio=many", "a number")]
    [InlineData("Mask=grid", "one of Random, Block")]
    [InlineData("Encoder=huge", "one of Small, or one of its parts: Width, Blocks")]
    [InlineData("Encoder.Depth=1", "Size has no 'Depth'")]
    public void What_does_not_fit_is_an_error_that_says_what_would(string setting, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => With(setting)).Message);
}
