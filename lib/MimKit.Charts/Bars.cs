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
    public static Figure Bars(string title, string value, IReadOnlyList<Bar> bars, bool horizontal = true) => Named(title, value, bars, horizontal, dots: false);

    /// <summary>The same as points on an axis that need not begin at zero: for values that differ little, such as accuracies.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="value">Title of the value axis, with unit.</param>
    /// <param name="bars">From top to bottom (or left to right).</param>
    /// <param name="horizontal">False: upright.</param>
    public static Figure Dots(string title, string value, IReadOnlyList<Bar> bars, bool horizontal = true) => Named(title, value, bars, horizontal, dots: true);

    private static Figure Named(string title, string value, IReadOnlyList<Bar> bars, bool horizontal, bool dots)
    {
        var groups = bars.Select(bar => bar.Group).Distinct().ToList();
        var data = new JsonArray([.. groups.Select((group, i) => Trace([.. bars.Where(bar => bar.Group == group)], group, Theme.Colour(i), horizontal, dots))]);
        var names = Theme.Names("", bars.Select(bar => Text.Escape(bar.Name)).Distinct(), reversed: horizontal);
        var values = Theme.Axis(value);
        if (!dots) values["rangemode"] = "tozero";
        if (dots) names["showgrid"] = true;
        var height = horizontal ? Math.Max(96, 34 * bars.Select(bar => bar.Name).Distinct().Count()) : Theme.PlotHeight;
        var layout = Theme.Layout(title, horizontal ? values : names, horizontal ? names : values, legend: groups.Count > 1, height);
        layout["barmode"] = "overlay";
        layout["bargap"] = 0.32;
        return new(data, layout, $"{title}, {value}: {string.Join("; ", bars.Select(Words))}");
    }

    private static JsonObject Trace(IReadOnlyList<Bar> bars, string group, string colour, bool horizontal, bool dots)
    {
        var (names, values) = (Json.Of(bars.Select(bar => Text.Escape(bar.Name))), Json.Of(bars.Select(bar => bar.Value)));
        var trace = new JsonObject
        {
            ["type"] = dots ? "scatter" : "bar",
            ["name"] = Text.Escape(group),
            ["x"] = horizontal ? values : names,
            ["y"] = horizontal ? names : values,
            ["marker"] = new JsonObject { ["color"] = colour },
            ["text"] = Json.Of(bars.Select(bar => Text.Number(bar.Value))),
            ["customdata"] = Json.Of(bars.Select(Words)),
            ["hovertemplate"] = "%{customdata}<extra></extra>",
        };
        if (dots)
        {
            trace["mode"] = "markers+text";
            trace["marker"]!["size"] = 11;
            trace["textposition"] = horizontal ? "top center" : "middle right";
            trace["cliponaxis"] = false;
        }
        else
        {
            if (horizontal) trace["orientation"] = "h";
            trace["textposition"] = bars.Any(bar => bar.Low is not null) ? "inside" : "outside";   // an interval would cross a number outside
            trace["insidetextanchor"] = "start";
            trace["cliponaxis"] = false;
        }
        if (bars.Any(bar => bar.Low is not null && bar.High is not null))
            trace[horizontal ? "error_x" : "error_y"] = new JsonObject
            {
                ["type"] = "data", ["symmetric"] = false, ["thickness"] = 1.6, ["width"] = 4, ["color"] = dots ? colour : Theme.Soft,
                ["array"] = Json.Of(bars.Select(bar => bar.High - bar.Value ?? double.NaN)),
                ["arrayminus"] = Json.Of(bars.Select(bar => bar.Value - bar.Low ?? double.NaN)),
            };
        return trace;
    }

    private static string Words(Bar bar) => $"{bar.Name} {Text.Number(bar.Value)}" +
        (bar.Low is { } low && bar.High is { } high ? $" [{Text.Number(low)}, {Text.Number(high)}]" : "");
}
