using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace MimKit.Reports;

/// <summary>
/// Measured numbers beside a paper's, in columns of their own. A measured number carries scale, data, seeds, minutes and commit; an
/// empty paper cell says why it is empty. Controls come first, in the order they are added.
/// </summary>
/// <param name="title">One line.</param>
/// <param name="scale">"smoke", "laptop", "gpu" or "paper".</param>
/// <param name="data">What was measured on: "fashion-mnist test".</param>
/// <param name="paper">The table to stand beside; null where there is none.</param>
/// <param name="metrics">The columns.</param>
public sealed class ResultTable(string title, string scale, string data, PaperTable? paper, params IReadOnlyList<Metric> metrics)
{
    const string Right = " class=\"num\" style=\"text-align:right\">";              // aligned in front ends without our style sheet too

    readonly List<Row> _rows = [];

    /// <summary>Adds a control: something that a method has to beat.</summary>
    public ResultTable AddControl(string name, params IReadOnlyList<(Metric Metric, Measured Measured)> cells) => Add(new(name, null, cells, null, null));

    /// <summary>Adds a method.</summary>
    /// <param name="name">As measured: "ClusterMIM, pixels, K = 50".</param>
    /// <param name="paperRow">The paper's row it stands beside; null where the paper has none.</param>
    /// <param name="minutes">Training time of one seed.</param>
    /// <param name="verdict">Whether it has learnt; null where not judged.</param>
    /// <param name="cells">What was measured.</param>
    public ResultTable AddMethod(string name, string? paperRow, double minutes, Learnt? verdict, params IReadOnlyList<(Metric Metric, Measured Measured)> cells)
    {
        if (paperRow is not null && paper?.Rows.Contains(paperRow) != true)
            throw new ArgumentException($"{paper?.Title ?? "No paper's table was given; it"} has no row '{paperRow}'. It has: {string.Join(", ", paper?.Rows ?? [])}.");
        return Add(new(name, paperRow, cells, minutes, verdict));
    }

    ResultTable Add(Row row)
    {
        _rows.Add(row);
        return this;
    }

    /// <summary>text/html, text/plain and application/vnd.mimkit.table+json.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        ["text/html"] = Html(),
        ["text/plain"] = ToString(),
        ["application/vnd.mimkit.table+json"] = Json(),
    };

    public override string ToString()
    {
        var lines = Lines().Select(line => line.Select(cell => cell.Text).ToArray()).Prepend([.. Columns()]).ToList();
        var widths = Columns().Select((_, c) => lines.Max(line => line[c].Length)).ToArray();
        var text = new StringBuilder(title).Append('\n');
        foreach (var line in lines)
            text.Append(string.Join("  ", line.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd()).Append('\n');
        return text.AppendJoin('\n', Notes()).ToString();
    }

    // ------------------------------------------------------------------------------------------------------- contents

    IEnumerable<Row> Rows() => _rows.Concat(                                    // the paper's other rows stand there unmeasured
        (paper?.Rows ?? []).Except(_rows.Select(row => row.PaperRow).OfType<string>()).Select(name => new Row(name, name, [], null, null)));

    bool InPaper(Metric metric) => paper?.Metrics.Contains(metric) == true;

    IEnumerable<string> Columns() =>
        ["method", .. metrics.SelectMany(metric => InPaper(metric) ? new[] { $"{metric}, paper", $"{metric}, ours" } : [$"{metric}, ours"]), "seeds", "minutes", "verdict"];

    IEnumerable<Cell[]> Lines() => Rows().Select(row => (Cell[])
    [
        new(row.Name, row.Name),
        .. metrics.SelectMany(metric => InPaper(metric) ? new[] { Published(row, metric), Ours(row, metric) } : [Ours(row, metric)]),
        row.Cells.Count > 0 ? Number(row.Seeds, "F0") : Cell.Empty,
        row.Minutes is { } minutes ? Number(minutes, "F1") : Cell.Empty,
        row.Verdict is { } verdict ? new(verdict.Short, verdict.Short) : Cell.Empty,
    ]);

    Cell Published(Row row, Metric metric) => row.PaperRow is null ? Cell.Empty
        : paper![row.PaperRow, metric].Value is { } value ? Number(value, "F1") : new("–", null);

    static Cell Ours(Row row, Metric metric) => row.Find(metric) is { } measured ? new(measured.Show(metric), measured.Summary.Mean) : Cell.Empty;

    static Cell Number(double value, string format) => new(value.ToString(format, CultureInfo.InvariantCulture), value);

    IEnumerable<string> Notes()
    {
        var (reads, commit) = (_rows.Sum(row => row.Cells.Sum(cell => cell.Measured.TestReads)), Provenance.Current);
        yield return $"Ours: scale {scale}, {data}, mean ± standard deviation over seeds, commit {commit.Source}, libtorch {commit.Libtorch}, {commit.Threads} threads of {commit.Processor}. The test split was read {reads} times, once a cell and seed.";
        foreach (var row in _rows.Where(row => row.Verdict is not null)) yield return $"{row.Name}: {row.Verdict}.";
        if (paper is null) yield break;
        var published = Rows().Where(row => row.PaperRow is not null).SelectMany(row => metrics.Where(InPaper).Select(metric => (Row: row.PaperRow!, Metric: metric, Cell: paper[row.PaperRow!, metric]))).ToList();
        yield return $"Paper: {paper.Title} ({paper.Setting}). " + string.Join(" ", published.Where(p => p.Cell.Value is not null).GroupBy(p => p.Cell.Source)
            .Select(group => $"{string.Join(", ", group.Select(p => $"{p.Row} {p.Metric.Name}"))}: {group.Key}."));
        foreach (var group in published.Where(p => p.Cell.Value is null).GroupBy(p => p.Cell.Source))
            yield return $"–: {group.Key} ({string.Join(", ", group.Select(p => $"{p.Row} {p.Metric.Name}"))}).";
    }

    // ---------------------------------------------------------------------------------------------------------- forms

    string Html()
    {
        var html = new StringBuilder("<table class=\"results\"><caption>").Append(Encode(title)).Append("</caption><thead><tr>");
        foreach (var (column, index) in Columns().Select((column, index) => (column, index)))
            html.Append(index == 0 || column == "verdict" ? "<th>" : "<th" + Right).Append(Encode(column)).Append("</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var line in Lines())
        {
            html.Append("<tr>");
            foreach (var cell in line) html.Append(cell.Value is string ? "<td>" : "<td" + Right).Append(Encode(cell.Text)).Append("</td>");
            html.Append("</tr>");
        }
        html.Append("</tbody></table>");
        foreach (var note in Notes()) html.Append("<p><small>").Append(Encode(note)).Append("</small></p>");
        return html.ToString();
    }

    JsonObject Json()
    {
        string[] carried = ["scale", "data", "commit"];
        var rows = new JsonArray();
        foreach (var (row, line) in Rows().Zip(Lines()))
        {
            var json = new JsonObject();
            foreach (var (column, cell) in Columns().Zip(line)) json[column] = JsonValue.Create(cell.Value);
            foreach (var (metric, measured) in row.Cells.Where(cell => cell.Measured.Summary.Seeds > 1)) json[$"{metric}, ± sd"] = measured.Summary.Deviation;
            if (row.Cells.Count > 0) (json["scale"], json["data"], json["commit"]) = (scale, data, Provenance.Current.Source);
            rows.Add(json);
        }
        return new()
        {
            ["title"] = title,
            ["columns"] = new JsonArray([.. Columns().Concat(metrics.Select(metric => $"{metric}, ± sd")).Concat(carried).Select(column => (JsonNode)column)]),
            ["rows"] = rows,
            ["note"] = string.Join("\n", Notes()),
        };
    }

    static string Encode(string text) => WebUtility.HtmlEncode(text);

    sealed record Row(string Name, string? PaperRow, IReadOnlyList<(Metric Metric, Measured Measured)> Cells, double? Minutes, Learnt? Verdict)
    {
        public int Seeds => Cells.Max(cell => cell.Measured.Values.Count);
        public Measured? Find(Metric metric) => Cells.FirstOrDefault(cell => cell.Metric == metric).Measured;
    }

    /// <summary>What is shown, and what goes into JSON: a string, a double or null.</summary>
    sealed record Cell(string Text, object? Value)
    {
        public static Cell Empty { get; } = new("", null);
    }
}
