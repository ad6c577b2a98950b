using MimKit.Data;
using MimKit.Models;

namespace MimKit.Charts.Tests;

public class MorphStepsTests
{
    private static readonly Target Pixels = new PixelTarget(new PatchGrid(7, 7, 4, 1), normalised: false);

    [Fact]
    public void The_slider_shows_one_round_at_a_time_and_tokens_become_fewer()
    {
        var figure = Chart.MorphSteps(Pixels, Datasets.Open("fashion-mnist").Val, rounds: 3, count: 2).Json();
        var (traces, steps) = (figure["data"]!.AsArray(), figure["layout"]!["sliders"]![0]!["steps"]!.AsArray());
        Assert.Equal(["49", "37", "25", "13"], steps.Select(step => (string)step!["label"]!));
        Assert.Equal([true, false, false, false], traces.Select(trace => (bool)trace!["visible"]!));
        for (var i = 0; i < 4; i++)
            Assert.Equal(Enumerable.Range(0, 4).Select(j => i == j), steps[i]!["args"]![1]!.AsArray().Select(shown => (bool)shown!));
        Assert.Equal(4, traces.Select(trace => (string)trace!["source"]!).Distinct().Count());
    }

    [Fact]
    public void More_rounds_than_tokens_are_refused() =>
        Assert.Contains("49 tokens take 1 to 48", Assert.Throws<ArgumentException>(() => Chart.MorphSteps(Pixels, Datasets.Open("fashion-mnist").Val, rounds: 49)).Message);
}
