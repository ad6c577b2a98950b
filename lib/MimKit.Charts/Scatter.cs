using System.Text.Json.Nodes;

namespace MimKit.Charts;

/// <summary>One point.</summary>
/// <param name="X">Horizontal place.</param>
/// <param name="Y">Vertical place.</param>
/// <param name="Label">Written beside it; empty: none.</param>
public sealed record Point(double X, double Y, string Label = "")
{
    /// <summary>Shown when the pointer rests on it; the label if empty.</summary>
    public string Hover { get; init; } = "";
    /// <summary>Points of one group have one colour and one entry in the legend.</summary>
    public string Group { get; init; } = "";
}

public static partial class Chart
{
    /// <summary>Points with labels, coloured by group.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="x">Title of the horizontal axis, with unit.</param>
    /// <param name="y">Title of the vertical axis, with unit.</param>
    /// <param name="points">The points.</param>
    /// <param name="logX">Logarithmic horizontal axis.</param>
    /// <param name="logY">Logarithmic vertical axis.</param>
    public static Figure Scatter(string title, string x, string y, IReadOnlyList<Point> points, bool logX = false, bool logY = false)
    {
        var groups = points.Select(point => point.Group).Distinct().ToList();
        var sides = LabelPlaces.Choose([.. points.Select(p => (logX ? Math.Log10(p.X) : p.X, logY ? Math.Log10(p.Y) : p.Y, p.Label))]);
        var placed = points.Zip(sides).ToList();
        var data = new JsonArray([.. groups.Select((group, i) => Cloud([.. placed.Where(pair => pair.First.Group == group)], group, i))]);
        var layout = Theme.Layout(title, Theme.Axis(x, points.Select(p => p.X), logX), Theme.Axis(y, points.Select(p => p.Y), logY), legend: groups.Count > 1);
        var words = points.Where(point => point.Label.Length > 0).Take(12).Select(point => $"{point.Label} ({Text.Number(point.X)}, {Text.Number(point.Y)})");
        return new(data, layout, $"{title}, {y} by {x}: {points.Count} points{(points.Any(p => p.Label.Length > 0) ? ": " : "")}{string.Join("; ", words)}");
    }

    private static readonly string[] Symbols = ["circle", "diamond", "square", "triangle-up", "cross", "star", "x"];

    private static JsonObject Cloud(IReadOnlyList<(Point Point, string Side)> placed, string group, int index)
    {
        var points = placed.Select(pair => pair.Point).ToList();
        return Trace(points, Json.Of(placed.Select(pair => pair.Side)), group, index);
    }

    private static JsonObject Trace(IReadOnlyList<Point> points, JsonArray sides, string group, int index) => new()
    {
        ["type"] = "scatter",
        ["mode"] = points.Any(point => point.Label.Length > 0) ? "markers+text" : "markers",
        ["name"] = Text.Escape(group),
        ["x"] = Json.Of(points.Select(point => point.X)),
        ["y"] = Json.Of(points.Select(point => point.Y)),
        ["text"] = Json.Of(points.Select(point => Text.Escape(point.Label))),
        ["textposition"] = sides,
        ["textfont"] = new JsonObject { ["size"] = 12 },
        ["cliponaxis"] = false,
        ["marker"] = new JsonObject
        {
            ["color"] = Theme.Colour(index), ["symbol"] = Symbols[index % Symbols.Length],
            ["size"] = points.Count > 200 ? 5 : 10, ["opacity"] = points.Count > 200 ? 0.6 : 0.9,
        },
        ["customdata"] = Json.Of(points.Select(point => Text.Escape(point.Hover.Length > 0 ? point.Hover : point.Label))),
        ["hovertemplate"] = "%{customdata}<br>%{x:.4~g}, %{y:.4~g}<extra></extra>",
    };
}
