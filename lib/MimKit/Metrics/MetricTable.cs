using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace MimKit.Metrics;

/// <summary>A number that is shown in its own way, such as "84.3 ± 0.2" or with the decimals that a paper prints.</summary>
/// <param name="Value">For JSON; NaN: none.</param>
/// <param name="Text">As it is shown.</param>
public sealed record ShownNumber(double Value, string Text);

/// <summary>A small table of statistics that shows itself as HTML, as text and as the report's JSON.</summary>
/// <param name="Title">One line above.</param>
/// <param name="Columns">Headings, units included.</param>
/// <param name="Rows">Cells: strings, whole numbers, doubles (four decimals below 10, all digits in JSON; NaN is an empty cell), or <see cref="ShownNumber"/>.</param>
/// <param name="Note">One line below: what was measured on what.</param>
public sealed record MetricTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows, string Note)
{
    /// <summary>text/html, text/plain and application/vnd.mimkit.table+json.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        ["text/html"] = Html(),
        ["text/plain"] = ToString(),
        ["application/vnd.mimkit.table+json"] = Json(),
    };

    public override string ToString()
    {
        var lines = Rows.Select(row => row.Select(Show).ToArray()).Prepend([.. Columns]).ToList();
        var widths = Columns.Select((_, c) => lines.Max(line => line[c].Length)).ToArray();
        var text = new StringBuilder(Title).Append('\n');
        foreach (var line in lines)
            text.AppendJoin("  ", line.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).Append('\n');
        return text.Append(Note).ToString();
    }

    private string Html()
    {
        var html = new StringBuilder("<table><caption>").Append(WebUtility.HtmlEncode(Title)).Append("</caption><thead><tr>");
        foreach (var column in Columns) html.Append("<th>").Append(WebUtility.HtmlEncode(column)).Append("</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var row in Rows)
        {
            html.Append("<tr>");
            foreach (var cell in row)
                html.Append(cell is string ? "<td>" : "<td style=\"text-align:right\">").Append(WebUtility.HtmlEncode(Show(cell))).Append("</td>");
            html.Append("</tr>");
        }
        return html.Append("</tbody></table><p><small>").Append(WebUtility.HtmlEncode(Note)).Append("</small></p>").ToString();
    }

    private JsonObject Json()
    {
        var rows = new JsonArray();
        foreach (var row in Rows)
        {
            var cells = new JsonObject();
            for (var c = 0; c < Columns.Count; c++) cells[Columns[c]] = Value(row[c]);
            rows.Add(cells);
        }
        return new JsonObject
        {
            ["title"] = Title,
            ["columns"] = new JsonArray([.. Columns.Select(column => (JsonNode)column)]),
            ["rows"] = rows,
            ["note"] = Note,
        };
    }

    private static JsonNode? Value(object? cell) => cell switch
    {
        null => null,
        double number => double.IsFinite(number) ? number : null,
        ShownNumber number => double.IsFinite(number.Value) ? number.Value : null,
        int or long => Convert.ToInt64(cell, CultureInfo.InvariantCulture),
        _ => cell.ToString(),
    };

    private static string Show(object? cell) => cell switch
    {
        null => "",
        double number => !double.IsFinite(number) ? "" : Math.Abs(number) >= 100 ? number.ToString("F1", CultureInfo.InvariantCulture)
                                                     : number.ToString(Math.Abs(number) >= 10 ? "F2" : "F4", CultureInfo.InvariantCulture),
        ShownNumber number => number.Text,
        IFormattable number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => cell.ToString()!,
    };
}
