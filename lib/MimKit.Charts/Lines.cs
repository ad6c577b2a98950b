using System.Globalization;
using System.Text.Json.Nodes;

namespace MimKit.Charts;

/// <summary>A named curve.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="X">Places.</param>
/// <param name="Y">Values, as many; NaN is a gap.</param>
public sealed record Series(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Lower edge of a band around the curve, such as mean − sd.</summary>
    public IReadOnlyList<double>? Low { get; init; }
    /// <summary>Upper edge.</summary>
    public IReadOnlyList<double>? High { get; init; }
}

/// <summary>A horizontal line to compare with, labelled with name and value at the right edge.</summary>
public sealed record Level(string Name, double Value);

/// <summary>The kinds of charts; each gives a <see cref="Figure"/>. Axis titles carry the unit: "loss / nats".</summary>
public static partial class Chart
{
    /// <summary>Curves over a common axis.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="x">Title of the horizontal axis, with unit.</param>
    /// <param name="y">Title of the vertical axis, with unit.</param>
    /// <param name="series">The curves; markers are drawn where a curve has few points.</param>
    /// <param name="levels">Reference lines, e.g. what trivial predictors reach.</param>
    /// <param name="logX">Logarithmic horizontal axis.</param>
    /// <param name="logY">Logarithmic vertical axis.</param>
    /// <exception cref="ArgumentException">A series whose lists differ in length.</exception>
    public static Figure Lines(string title, string x, string y, IReadOnlyList<Series> series, IReadOnlyList<Level>? levels = null, bool logX = false, bool logY = false)
    {
        levels ??= [];
        var data = new JsonArray();
        for (var i = 0; i < series.Count; i++) AddCurve(data, series[i], i);

        var layout = Theme.Layout(title, Theme.Axis(x, series.SelectMany(s => s.X), logX), Theme.Axis(y, series.SelectMany(s => s.Y), logY), legend: series.Count > 1);
        layout["hovermode"] = "x unified";
        if (levels.Count > 0) AddLevels(layout, levels, series, logY);
        var ends = series.Select(s => $"{s.Name} {Text.Number(s.Y.FirstOrDefault(double.NaN))} to {Text.Number(s.Y.LastOrDefault(double.NaN))} ({s.Y.Count} points)");
        var lines = levels.Select(level => $"{level.Name} at {Text.Number(level.Value)}");
        return new(data, layout, $"{title}, {y} by {x}: {string.Join("; ", ends.Concat(lines))}");
    }

    private static void AddCurve(JsonArray data, Series s, int index)
    {
        if (s.X.Count != s.Y.Count || (s.Low ?? s.Y).Count != s.Y.Count || (s.High ?? s.Y).Count != s.Y.Count)
            throw new ArgumentException($"Series '{s.Name}' has {s.X.Count} x, {s.Y.Count} y, {s.Low?.Count.ToString(CultureInfo.InvariantCulture) ?? "no"} low and {s.High?.Count.ToString(CultureInfo.InvariantCulture) ?? "no"} high values; give as many of each.");
        var colour = Theme.Colour(index);
        if (s.Low is { } low && s.High is { } high)
            data.Add(new JsonObject
            {
                ["type"] = "scatter", ["mode"] = "lines", ["x"] = Json.Of(s.X.Concat(s.X.Reverse())), ["y"] = Json.Of(high.Concat(low.Reverse())),
                ["fill"] = "toself", ["fillcolor"] = Theme.Transparent(colour, 0.18), ["line"] = new JsonObject { ["width"] = 0 },
                ["hoverinfo"] = "skip", ["showlegend"] = false, ["legendgroup"] = s.Name,
            });
        data.Add(new JsonObject
        {
            ["type"] = "scatter", ["mode"] = s.X.Count <= 24 ? "lines+markers" : "lines", ["name"] = Text.Escape(s.Name), ["legendgroup"] = s.Name,
            ["x"] = Json.Of(s.X), ["y"] = Json.Of(s.Y),
            ["line"] = new JsonObject { ["color"] = colour, ["width"] = 2.2, ["dash"] = Theme.Dash(index) },
            ["marker"] = new JsonObject { ["size"] = 6 },
            ["hovertemplate"] = "%{y:.4~g}",
        });
    }

    /// <summary>Dotted lines over the full width; labels stand in the right margin, pushed apart where they would cover each other.</summary>
    private static void AddLevels(JsonObject layout, IReadOnlyList<Level> levels, IReadOnlyList<Series> series, bool log)
    {
        double Place(double value) => log ? Math.Log10(value) : value;
        var values = series.SelectMany(s => s.Y).Concat(levels.Select(level => level.Value)).Where(v => double.IsFinite(v) && (!log || v > 0)).Select(Place).ToList();
        var pixels = Theme.PlotHeight / 1.1 / Math.Max(values.Max() - values.Min(), 1e-9);
        const double lineHeight = 15;

        var (shapes, notes) = (new JsonArray(), new JsonArray());
        var sorted = levels.OrderBy(level => level.Value).ToList();
        var labels = sorted.Zip(Text.Alike([.. sorted.Select(level => level.Value)]), (level, number) => $"{level.Name} {number}").ToList();
        var free = double.NegativeInfinity;                          // pixels above which the next label may stand
        foreach (var (level, label) in sorted.Zip(labels))
        {
            var at = Place(level.Value) * pixels;
            var shift = Math.Max(0, free - at);
            free = at + shift + lineHeight;
            shapes.Add(new JsonObject
            {
                ["type"] = "line", ["xref"] = "paper", ["x0"] = 0, ["x1"] = 1, ["y0"] = level.Value, ["y1"] = level.Value, ["layer"] = "below",
                ["line"] = new JsonObject { ["color"] = Theme.Soft, ["width"] = 1.2, ["dash"] = "dot" },
            });
            notes.Add(new JsonObject
            {
                ["text"] = Text.Escape(label), ["xref"] = "paper", ["x"] = 1, ["xanchor"] = "left", ["xshift"] = 6,
                ["y"] = Json.Of(Place(level.Value)), ["yanchor"] = "middle", ["yshift"] = shift, ["showarrow"] = false, ["font"] = new JsonObject { ["size"] = 12, ["color"] = Theme.Soft },
            });
        }
        layout["shapes"] = shapes;
        layout["annotations"] = notes;
        layout["margin"]!["r"] = 16 + (int)(6.6 * labels.Max(label => label.Length));
    }
}
