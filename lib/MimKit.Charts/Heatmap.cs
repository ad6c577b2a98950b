using System.Text.Json.Nodes;

namespace MimKit.Charts;

public static partial class Chart
{
    private const int MostCellsWithNumbers = 16;

    /// <summary>A matrix of values as colours (Cividis, which reads the same to colour-blind eyes); numbers are written into small ones.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="x">Title of the horizontal axis.</param>
    /// <param name="y">Title of the vertical axis.</param>
    /// <param name="value">What the colour means, with unit.</param>
    /// <param name="values">[rows, columns]; the first row on top; NaN is an empty cell.</param>
    /// <param name="rows">Names of the rows; numbers from 0 if null.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <exception cref="ArgumentException">As many names as rows or columns are needed.</exception>
    public static Figure Heatmap(string title, string x, string y, string value, double[,] values, IReadOnlyList<string>? rows = null, IReadOnlyList<string>? columns = null)
    {
        var (height, width) = (values.GetLength(0), values.GetLength(1));
        if ((rows?.Count ?? height) != height || (columns?.Count ?? width) != width)
            throw new ArgumentException($"A heatmap of {height} x {width} needs {height} row names and {width} column names, found {rows?.Count ?? height} and {columns?.Count ?? width}.");
        var trace = new JsonObject
        {
            ["type"] = "heatmap",
            ["z"] = new JsonArray([.. Enumerable.Range(0, height).Select(r => (JsonNode)Json.Of(Enumerable.Range(0, width).Select(c => values[r, c])))]),
            ["colorscale"] = "Cividis",
            ["xgap"] = 1, ["ygap"] = 1,
            ["colorbar"] = new JsonObject { ["title"] = new JsonObject { ["text"] = Text.Escape(value), ["side"] = "right", ["font"] = new JsonObject { ["size"] = 13 } }, ["outlinewidth"] = 0, ["thickness"] = 12 },
            ["hovertemplate"] = "%{y}, %{x}: %{z:.4~g}<extra></extra>",
        };
        if (rows is not null) trace["y"] = Json.Of(rows.Select(Text.Escape));
        if (columns is not null) trace["x"] = Json.Of(columns.Select(Text.Escape));
        if (height <= MostCellsWithNumbers && width <= MostCellsWithNumbers) trace["texttemplate"] = "%{z:.2f}";

        var (across, down) = (Theme.Axis(x), Theme.Axis(y));
        foreach (var axis in new[] { across, down }) axis["showgrid"] = false;
        if (rows is not null) down["type"] = "category";
        if (columns is not null) across["type"] = "category";
        down["autorange"] = "reversed";
        var layout = Theme.Layout(title, across, down, legend: false, Math.Clamp(30 * height, 160, 560));
        var all = values.Cast<double>().Where(double.IsFinite).ToList();
        return new([trace], layout, $"{title}: {height} x {width} values of {value}" +
            (all.Count > 0 ? $" from {Text.Number(all.Min())} to {Text.Number(all.Max())}" : ", none of them a number"));
    }
}
