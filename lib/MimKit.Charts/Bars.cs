using System.Text.Json.Nodes;

namespace MimKit.Charts;

/// <summary>One measured value with a name.</summary>
/// <param name="Name">Beside the bar.</param>
/// <param name="Value">Its length.</param>
public sealed record Bar(string Name, double Value)
{
    /// <summary>Lower end of the interval; with <see cref="High"/>.</summary>
    public double? Low { get; init; }
    /// <summary>Upper end of the interval.</summary>
    public double? High { get; init; }
    /// <summary>Bars of one group have one colour and one entry in the legend, e.g. "control" and "method".</summary>
    public string Group { get; init; } = "";
}

public static partial class Chart
{
    /// <summary>Bars from zero, with intervals; horizontal, so that names stay readable.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="value">Title of the value axis, with unit.</param>
    /// <param name="bars">From top to bottom (or left to right).</param>
    /// <param name="horizontal">False: upright.</param>
    /// <param name="names">Title of the axis of names.</param>
    public static Figure Bars(string title, string value, IReadOnlyList<Bar> bars, bool horizontal = true, string names = "") => Named(title, value, bars, horizontal, names, dots: false);

    /// <summary>The same as points on an axis that need not begin at zero: for values that differ little, such as accuracies.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="value">Title of the value axis, with unit.</param>
    /// <param name="bars">From top to bottom (or left to right).</param>
    /// <param name="horizontal">False: upright.</param>
    /// <param name="names">Title of the axis of names.</param>
    public static Figure Dots(string title, string value, IReadOnlyList<Bar> bars, bool horizontal = true, string names = "") => Named(title, value, bars, horizontal, names, dots: true);

    private static Figure Named(string title, string value, IReadOnlyList<Bar> bars, bool horizontal, string nameTitle, bool dots)
    {
        var groups = bars.Select(bar => bar.Group).Distinct().ToList();
        var numbers = bars.Zip(Text.Alike([.. bars.Select(bar => bar.Value)])).ToList();
        var intervals = bars.Any(bar => bar.Low is not null && bar.High is not null);
        var data = new JsonArray();
        foreach (var (i, group) in groups.Index())
        {
            var trace = Values([.. numbers.Where(pair => pair.First.Group == group)], group, Theme.Colour(i), horizontal, dots);
            if (dots) AsDots(trace, horizontal, below: i % 2 == 1);
            else AsBars(trace, horizontal, intervals);
            var members = bars.Where(bar => bar.Group == group).ToList();
            if (members.Any(bar => bar.Low is not null && bar.High is not null)) AddIntervals(trace, members, horizontal, dots ? Theme.Colour(i) : Theme.Soft);
            data.Add(trace);
        }

        var listed = bars.Select(bar => Text.Escape(bar.Name)).Distinct().ToList();
        var names = Theme.Names(nameTitle, listed, downward: horizontal);
        var values = Theme.Axis(value);
        if (dots) names["showgrid"] = true;
        else values["rangemode"] = "tozero";
        var layout = Theme.Layout(title, horizontal ? values : names, horizontal ? names : values, legend: groups.Count > 1,
                                  horizontal ? Math.Max(96, (dots && groups.Count > 1 ? 50 : 36) * listed.Count) : Theme.PlotHeight);
        layout["barmode"] = "overlay";
        layout["bargap"] = 0.32;
        return new(data, layout, $"{title}, {value}: {string.Join("; ", bars.Select(Words))}");
    }

    private static JsonObject Values(IReadOnlyList<(Bar Bar, string Number)> bars, string group, string colour, bool horizontal, bool dots)
    {
        var (names, values) = (Json.Of(bars.Select(pair => Text.Escape(pair.Bar.Name))), Json.Of(bars.Select(pair => pair.Bar.Value)));
        return new JsonObject
        {
            ["type"] = dots ? "scatter" : "bar",
            ["name"] = Text.Escape(group),
            ["x"] = horizontal ? values : names,
            ["y"] = horizontal ? names : values,
            ["marker"] = new JsonObject { ["color"] = colour },
            ["text"] = Json.Of(bars.Select(pair => pair.Number)),
            ["cliponaxis"] = false,
            ["customdata"] = Json.Of(bars.Select(pair => Text.Escape(Words(pair.Bar)))),
            ["hovertemplate"] = "%{customdata}<extra></extra>",
        };
    }

    // a second group's numbers stand below its dots: beside near values of the first they would cover each other
    private static void AsDots(JsonObject trace, bool horizontal, bool below)
    {
        trace["mode"] = "markers+text";
        trace["marker"]!["size"] = 11;
        trace["textposition"] = !horizontal ? below ? "middle left" : "middle right" : below ? "bottom center" : "top center";
    }

    private static void AsBars(JsonObject trace, bool horizontal, bool intervals)
    {
        if (horizontal) trace["orientation"] = "h";
        trace["textposition"] = intervals ? "inside" : "outside";   // an interval would cross a number outside
        trace["insidetextanchor"] = "start";
        trace["textangle"] = 0;
    }

    private static void AddIntervals(JsonObject trace, IReadOnlyList<Bar> bars, bool horizontal, string colour) =>
        trace[horizontal ? "error_x" : "error_y"] = new JsonObject
        {
            ["type"] = "data", ["symmetric"] = false, ["thickness"] = 1.8, ["width"] = 5, ["color"] = colour,
            ["array"] = Json.Of(bars.Select(bar => bar.High - bar.Value ?? double.NaN)),
            ["arrayminus"] = Json.Of(bars.Select(bar => bar.Value - bar.Low ?? double.NaN)),
        };

    private static string Words(Bar bar) => $"{bar.Name} {Text.Number(bar.Value)}" +
        (bar.Low is { } low && bar.High is { } high ? $" [{Text.Number(low)}, {Text.Number(high)}]" : "");
}
