using System.Globalization;
using System.Text;
using MimKit.Metrics;
using MimKit.Reports;

namespace MimKit.Ablations;

/// <summary>One arm's finished cells, one a seed.</summary>
public sealed record AblationRow(IReadOnlyList<(string Axis, string Value)> Arm, IReadOnlyList<Cell> Cells)
{
    /// <summary>The metric, one number a seed.</summary>
    public double[] Of(Metric metric) => [.. Cells.Select(cell => cell.Outcome.Values.TryGetValue(metric.Name, out var value) ? value
        : throw new KeyNotFoundException($"The measurement gave no '{metric.Name}'; it gave {string.Join(", ", cell.Outcome.Values.Keys)}."))];

    /// <summary>"MaskedPatches 19, Follow Paper".</summary>
    public string Name => string.Join(", ", Arm.Select(value => $"{value.Axis} {value.Value}"));
}

/// <summary>The result of an ablation: shows itself as a table, and writes itself as CSV, LaTeX and SVG.</summary>
/// <param name="Metrics">The columns.</param>
/// <param name="Rows">The arms; others are compared with the first.</param>
public sealed record AblationTable(IReadOnlyList<Metric> Metrics, IReadOnlyList<AblationRow> Rows)
{
    /// <summary>The paired difference of an arm to the first one, over seeds; null for the first, and where one seed says nothing.</summary>
    public SeedDifference? Difference(AblationRow row, Metric metric) =>
        ReferenceEquals(row, Rows[0]) || row.Cells.Count < 2 ? null : SeedDifference.Of(row.Of(metric), Rows[0].Of(metric));

    /// <summary>text/html, text/plain and application/vnd.mimkit.table+json.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => Shown().MimeBundle();

    public override string ToString() => Shown().ToString();

    /// <summary>One line an arm: axes, then mean, deviation, and the paired difference with its interval for every metric.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder().AppendJoin(',', Axes.Concat(Metrics.SelectMany(metric => new[] { metric.Name, $"{metric.Name} sd", $"{metric.Name} difference", "low", "high" })).Concat(["seeds", "minutes"]).Select(Quoted)).Append('\n');
        foreach (var row in Rows)
            text.AppendJoin(',', row.Arm.Select(value => Quoted(value.Value)).Concat(Metrics.SelectMany(metric => Numbers(row, metric))).Concat([row.Cells.Count.ToString(CultureInfo.InvariantCulture), Number(Minutes(row))])).Append('\n');
        return text.ToString();

        static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"")}\"";
    }

    /// <summary>A <c>tabular</c> with booktabs rules.</summary>
    public string ToLatex()
    {
        var text = new StringBuilder($"\\begin{{tabular}}{{{new string('l', Axes.Count)}{new string('r', Metrics.Count)}}}\n\\toprule\n");
        text.AppendJoin(" & ", Axes.Concat(Metrics.Select(metric => $"{metric}")).Select(Escaped)).Append(" \\\\\n\\midrule\n");
        foreach (var row in Rows)
            text.AppendJoin(" & ", row.Arm.Select(value => Escaped(value.Value)).Concat(Metrics.Select(metric => Escaped(new Measured(row.Of(metric)).Show(metric)).Replace("±", "$\\pm$")))).Append(" \\\\\n");
        return text.Append("\\bottomrule\n\\end{tabular}\n").ToString();

        static string Escaped(string cell) => cell.Replace("\\", "\\textbackslash{}").Replace("&", "\\&").Replace("%", "\\%").Replace("_", "\\_").Replace("#", "\\#");
    }

    /// <summary>A dot and a bar an arm: mean and 95 % interval over seeds of one metric.</summary>
    public string ToSvg(Metric metric) => AblationSvg.Draw(metric, [.. Rows.Select(row => (row.Name, row.Of(metric)))]);

    private IReadOnlyList<string> Axes => [.. Rows[0].Arm.Select(value => value.Axis)];

    private MetricTable Shown() => new(
        $"Ablation over {string.Join(" × ", Axes)}",
        [.. Axes, .. Metrics.SelectMany(metric => new[] { $"{metric}", "difference to the first, 95 %" }), "seeds", "minutes"],
        [.. Rows.Select(row => (object?[])[.. row.Arm.Select(value => (object)value.Value), .. Metrics.SelectMany(metric => new object?[] { new Measured(row.Of(metric)).Show(metric), Difference(row, metric)?.ToString() ?? "" }), row.Cells.Count, Minutes(row)])],
        $"mean ± deviation over paired seeds: of a seed, all arms share starting weights, masks, views and order. Commit {string.Join(", ", Rows.SelectMany(row => row.Cells).Select(cell => cell.Commit).Distinct())}.");

    private IEnumerable<string> Numbers(AblationRow row, Metric metric)
    {
        var (summary, difference) = (SeedSummary.Of(row.Of(metric)), Difference(row, metric));
        return [Number(summary.Mean), Number(summary.Deviation), Number(difference?.Mean), Number(difference?.Low), Number(difference?.High)];
    }

    private static double Minutes(AblationRow row) => row.Cells.Average(cell => cell.Outcome.Minutes);
    private static string Number(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "";
}
