using System.Text.Json.Nodes;
using MimKit.Charts;

namespace MimKit.Charts.Tests;

public class ChartTests
{
    [Fact]
    public void A_curve_with_a_band_is_two_traces_and_a_gap_is_null()
    {
        var figure = Chart.Lines("t", "x", "y", [new("a", [1, 2, 3], [1, double.NaN, 3]) { Low = [0, 1, 2], High = [2, 3, 4] }]).Json();
        var (band, line) = (figure["data"]![0]!, figure["data"]![1]!);
        Assert.Equal("[1,null,3]", line["y"]!.ToJsonString());
        Assert.Equal("[2,3,4,2,1,0]", band["y"]!.ToJsonString());
        Assert.Equal("toself", (string)band["fill"]!);
        Assert.False((bool)figure["layout"]!["showlegend"]!);
    }

    [Fact]
    public void Levels_are_lines_over_the_width_with_labels_that_do_not_cover_each_other()
    {
        var layout = Chart.Lines("t", "x", "y / nats", [new("a", [1, 2], [4, 2])], [new("left", 2.40), new("position", 2.43), new("unigram", 2.98)]).Json()["layout"]!;
        Assert.Equal(3, layout["shapes"]!.AsArray().Count);
        Assert.Equal(["left 2.40", "position 2.43", "unigram 2.98"], layout["annotations"]!.AsArray().Select(note => (string)note!["text"]!));
        var shifts = layout["annotations"]!.AsArray().Select(note => (double)note!["yshift"]!).ToArray();
        Assert.Equal((true, true, true), (shifts[0] == 0, shifts[1] > 8, shifts[2] == 0));
    }

    [Fact]
    public void A_level_on_a_logarithmic_axis_is_labelled_at_its_logarithm()
    {
        var layout = Chart.Lines("t", "x", "y", [new("a", [1, 2], [1, 1000])], [new("ten", 10)], logY: true).Json()["layout"]!;
        Assert.Equal("log", (string)layout["yaxis"]!["type"]!);
        Assert.Equal(10, (double)layout["shapes"]![0]!["y0"]!);
        Assert.Equal(1, (double)layout["annotations"]![0]!["y"]!, 12);
        Assert.Contains("500", layout["yaxis"]!["ticktext"]!.AsArray().Select(tick => (string)tick!));
    }

    [Fact]
    public void A_series_of_unequal_lists_is_refused() =>
        Assert.Contains("'a' has 2 x, 1 y", Assert.Throws<ArgumentException>(() => Chart.Lines("t", "x", "y", [new("a", [1, 2], [1])])).Message);

    [Fact]
    public void Bars_start_at_zero_have_intervals_and_equally_many_decimals()
    {
        var figure = Chart.Bars("t", "accuracy", [new("raw", 0.65) { Group = "control" }, new("ours", 0.866) { Low = 0.861, High = 0.871, Group = "method" }]).Json();
        Assert.Equal("tozero", (string)figure["layout"]!["xaxis"]!["rangemode"]!);
        Assert.Equal("0.650", (string)figure["data"]![0]!["text"]![0]!);
        Assert.Equal(0.005, (double)figure["data"]![1]!["error_x"]!["array"]![0]!, 12);
        Assert.Null(figure["data"]![0]!["error_x"]);
        Assert.Equal("h", (string)figure["data"]![1]!["orientation"]!);
        Assert.True((bool)figure["layout"]!["showlegend"]!);
    }

    [Fact]
    public void Dots_are_points_on_an_axis_that_need_not_start_at_zero()
    {
        var figure = Chart.Dots("t", "accuracy", [new("ours", 0.866)], horizontal: false, names: "method").Json();
        Assert.Equal("scatter", (string)figure["data"]![0]!["type"]!);
        Assert.Null(figure["layout"]!["yaxis"]!["rangemode"]);
        Assert.Equal("method", (string)figure["layout"]!["xaxis"]!["title"]!["text"]!);
    }

    [Fact]
    public void Points_of_a_group_share_a_trace_and_close_labels_stand_on_different_sides()
    {
        var figure = Chart.Scatter("t", "x", "y", [new(0, 0, "far"), new(1, 1, "near"), new(1.001, 1.001, "nearer") { Group = "b", Hover = "B" }]).Json();
        Assert.Equal(2, figure["data"]!.AsArray().Count);
        Assert.NotEqual((string)figure["data"]![0]!["textposition"]![1]!, (string)figure["data"]![1]!["textposition"]![0]!);
        Assert.Equal("B", (string)figure["data"]![1]!["customdata"]![0]!);
    }

    [Fact]
    public void A_heatmap_has_its_first_row_on_top_and_numbers_when_small()
    {
        var figure = Chart.Heatmap("t", "x", "y", "cosine", new double[,] { { 1, double.NaN }, { 0.5, 1 } }, ["a", "b"], ["c", "d"]);
        Assert.Equal("[[1,null],[0.5,1]]", figure.Json()["data"]![0]!["z"]!.ToJsonString());
        Assert.Equal("reversed", (string)figure.Json()["layout"]!["yaxis"]!["autorange"]!);
        Assert.NotNull(figure.Json()["data"]![0]!["texttemplate"]);
        Assert.Null(Chart.Heatmap("t", "x", "y", "v", new double[20, 20]).Json()["data"]![0]!["texttemplate"]);
        Assert.Contains("needs 2 row names", Assert.Throws<ArgumentException>(() => Chart.Heatmap("t", "x", "y", "v", new double[2, 2], ["a"])).Message);
    }

    [Fact]
    public void More_series_than_colours_are_told_apart_by_dashes()
    {
        var data = Chart.Lines("t", "x", "y", [.. Enumerable.Range(0, 9).Select(i => new Series($"s{i}", [1, 2], [1, 2]))]).Json()["data"]!.AsArray();
        Assert.Equal(9, data.Select(trace => trace!["line"]!["color"] + "" + trace["line"]!["dash"]).Distinct().Count());
    }
}
