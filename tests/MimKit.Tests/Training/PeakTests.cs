using MimKit.Training;

namespace MimKit.Tests.Training;

public sealed class PeakTests
{
    [Fact]
    public void Utilisation_is_three_forward_passes_of_the_peak() =>
        Assert.Equal(0.4, Peak.Utilisation(forward: 35e9, imagesPerSecond: 1189, peak: Peak.Parsed("312.1125")!.Value), 1e-4);      // 124.8 of 312 TFLOP/s

    [Theory]
    [InlineData("fast")]
    [InlineData("0")]
    [InlineData("-312")]
    [InlineData("1e999")]
    public void A_peak_that_is_none_is_refused_with_an_example(string text) => Assert.Contains($"'{text}'; wanted", Assert.Throws<ArgumentException>(() => Peak.Parsed(text)).Message);

    [Fact]
    public void Nobody_has_to_say_a_peak() => Assert.Null(Peak.Parsed(""));
}
