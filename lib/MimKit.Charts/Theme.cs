using System.Globalization;
using System.Text.Json.Nodes;

namespace MimKit.Charts;

/// <summary>What all charts share: colours that survive colour blindness and both themes, sizes, axes.</summary>
internal static class Theme
{
    /// <summary>Okabe and Ito's palette without the black and the yellow, which vanish on one of the two backgrounds; grey stands in.</summary>
    public static readonly string[] Palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C8C8C"];

    public const string Soft = "#808080";                        // 4:1 on white, 5:1 on black
    public const string Grid = "rgba(128,128,128,0.22)";
    public const int PlotHeight = 320, TitleHeight = 44, CaptionHeight = 26, LegendHeight = 26, AxisHeight = 52;
    private const string Nothing = "rgba(0,0,0,0)";

    public static string Colour(int index) => Palette[index % Palette.Length];

    /// <summary>After the seven colours are used up, dashes tell the series apart.</summary>
    public static string Dash(int index) => (index / Palette.Length) switch { 0 => "solid", 1 => "dash", _ => "dot" };

    public static string Transparent(string colour, double opacity)
    {
        var value = int.Parse(colour.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"rgba({value >> 16},{value >> 8 & 255},{value & 255},{opacity})");
    }

    /// <summary>A layout without width, so that the figure takes its container's.</summary>
    public static JsonObject Layout(string title, JsonObject x, JsonObject y, bool legend, int plotHeight = PlotHeight)
    {
        var top = TitleHeight + (legend ? LegendHeight : 0);
        return new JsonObject
        {
            ["title"] = new JsonObject
            {
                ["text"] = Text.Escape(title), ["x"] = 0, ["xref"] = "container", ["xanchor"] = "left",
                ["y"] = 1, ["yref"] = "container", ["yanchor"] = "top", ["pad"] = new JsonObject { ["t"] = 8, ["l"] = 4 },
                ["font"] = new JsonObject { ["size"] = 16 },
            },
            ["font"] = new JsonObject { ["size"] = 13, ["color"] = Soft },
            ["colorway"] = Json.Of(Palette),
            ["paper_bgcolor"] = Nothing,
            ["plot_bgcolor"] = Nothing,
            ["height"] = top + plotHeight + AxisHeight,
            ["margin"] = new JsonObject { ["l"] = 64, ["r"] = 16, ["t"] = top, ["b"] = AxisHeight },
            ["showlegend"] = legend,
            ["legend"] = new JsonObject
            {
                ["orientation"] = "h", ["x"] = 0, ["xanchor"] = "left", ["y"] = 1, ["yanchor"] = "bottom", ["bgcolor"] = Nothing,
            },
            ["hoverlabel"] = new JsonObject { ["align"] = "left" },
            ["modebar"] = new JsonObject { ["bgcolor"] = Nothing, ["color"] = Soft, ["activecolor"] = Soft },
            ["xaxis"] = x,
            ["yaxis"] = y,
        };
    }

    /// <summary>An axis of numbers; a logarithmic one is labelled at 1, 2 and 5 of each decade, over wide ranges at 1 only.</summary>
    public static JsonObject Axis(string title, IEnumerable<double> values, bool log)
    {
        var axis = Axis(title);
        if (!log) return axis;
        axis["type"] = "log";
        var shown = values.Where(value => double.IsFinite(value) && value > 0).ToList();
        if (shown.Count == 0) return axis;
        var (low, high) = ((int)Math.Floor(Math.Log10(shown.Min())), (int)Math.Ceiling(Math.Log10(shown.Max())));
        double[] steps = high - low > 4 ? [1] : high - low > 1 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 8];
        var ticks = Enumerable.Range(low, high - low + 1).SelectMany(decade => steps.Select(step => step * Math.Pow(10, decade))).ToList();
        axis["tickvals"] = Json.Of(ticks);
        axis["ticktext"] = Json.Of(ticks.Select(tick => tick >= 10_000 ? Text.Number(tick / 1000) + "k" : Text.Number(tick)));
        return axis;
    }

    public static JsonObject Axis(string title) => new()
    {
        ["title"] = new JsonObject { ["text"] = Text.Escape(title), ["standoff"] = 10, ["font"] = new JsonObject { ["size"] = 13 } },
        ["tickfont"] = new JsonObject { ["size"] = 12 },
        ["type"] = "linear",
        ["automargin"] = true,
        ["gridcolor"] = Grid,
        ["zeroline"] = false,
        ["linecolor"] = Grid,
        ["ticks"] = "",
    };

    /// <summary>An axis of names in the given order, the first one on top or on the left.</summary>
    public static JsonObject Names(string title, IReadOnlyCollection<string> names, bool downward)
    {
        var axis = Axis(title);
        axis["type"] = "category";
        axis["categoryorder"] = "array";
        axis["categoryarray"] = Json.Of(names);
        axis["showgrid"] = false;
        axis["range"] = downward ? Json.Of([names.Count - 0.5, -0.7]) : Json.Of([-0.5, names.Count - 0.5]);   // room for a label above the first
        return axis;
    }
}

/// <summary>Words inside a figure.</summary>
internal static class Text
{
    /// <summary>Plotly reads a few HTML tags in labels; a name is not one.</summary>
    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;");

    public static string Number(double value) => double.IsFinite(value) ? value.ToString("G4", CultureInfo.InvariantCulture) : "none";

    /// <summary>Numbers that stand below each other, all with as many decimals as the longest needs (four digits at most).</summary>
    public static IEnumerable<string> Alike(IReadOnlyList<double> values)
    {
        var decimals = values.Where(double.IsFinite).Select(value => Number(value)).Where(text => text.Contains('.') && !text.Contains('E'))
            .Select(text => text.Length - text.IndexOf('.') - 1).DefaultIfEmpty(0).Max();
        return values.Select(value => double.IsFinite(value) ? value.ToString("F" + Math.Min(decimals, 4), CultureInfo.InvariantCulture) : "none");
    }
}

/// <summary>Arrays as JSON; what is not a finite number becomes null, a gap in the chart.</summary>
internal static class Json
{
    public static JsonArray Of(IEnumerable<double> values) => new([.. values.Select(Of)]);
    public static JsonArray Of(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode?)value)]);
    public static JsonNode? Of(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;
}
