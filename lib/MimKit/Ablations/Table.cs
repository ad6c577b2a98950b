using System.Globalization;
using MimKit.Metrics;
using MimKit.Reports;

namespace MimKit.Ablations;

/// <summary>Shows a paper's table: its numbers with their sources, empty cells with the reason, measured rows in columns of their own.</summary>
public static class Table
{
    /// <summary>A paper's table alone.</summary>
    public static MetricTable Show(PaperTable paper) => new(paper.Title, ["row", .. paper.Metrics.Select(metric => $"{metric}")],
        [.. paper.Rows.Select(row => (object?[])[row, .. paper.Metrics.Select(metric => Published(paper, row, metric))])], Sources(paper));

    /// <summary>A paper's table with what was measured: paper · ours ± deviation · seeds · minutes · state; data and commit in columns where they differ, else below.</summary>
    public static MetricTable Show(MeasuredTable table)
    {
        var (paper, rows) = (table.Paper, table.Rows());
        var metrics = paper.Metrics.Union(table.Metrics).ToList();
        var lines = rows.Where(row => row.PaperRow is null).Select(row => new Line(row.Name, null, row))
            .Concat(paper.Rows.SelectMany(name => rows.Where(row => row.PaperRow == name).ToList() is { Count: > 0 } ours
                ? ours.Select(row => new Line(row.Name == name ? name : $"{name}: {row.Name}", name, row)) : [new Line(name, name, null)]));
        var varying = new (string Name, Func<MeasuredRow, string> Of)[] { ("data", row => row.Data), ("commit", row => row.Commit) }.Where(column => rows.Select(column.Of).Distinct().Count() > 1).ToList();
        return new(paper.Title,
            ["row", .. metrics.SelectMany(metric => Columns(table, metric)), "seeds", "minutes", .. varying.Select(column => column.Name), "measured"],
            [.. lines.Select(line => (object?[])
            [
                line.Name, .. metrics.SelectMany(metric => Cells(table, line.PaperRow, line.Ours, metric)), Seeds(line.Ours), Minutes(line.Ours),
                .. varying.Select(column => line.Ours is null ? "" : column.Of(line.Ours)), line.Ours is null ? "not measured" : State(table, line.Ours),
            ])],
            $"Ours: mean ± sample deviation over seeds, on test{(rows.Count > 0 && varying.Count < 2 ? $"; {string.Join(", ", new[] { rows[0].Data, $"commit {rows[0].Commit}" }.Where((_, i) => varying.All(column => column.Name != (i == 0 ? "data" : "commit"))))}" : "")}. A stale row was measured with other code, data or record; its cell measures it again. {Sources(paper)}");
    }

    sealed record Line(string Name, string? PaperRow, MeasuredRow? Ours);

    /// <summary>One measured row, as its own cell shows it.</summary>
    internal static MetricTable Of(MeasuredTable table, MeasuredRow row) => new($"{table.Paper.Title}: {row.Name}",
        [.. table.Metrics.Select(metric => $"{metric}, ours"), "seeds", "minutes", "measured"],
        [[.. table.Metrics.Select(metric => Ours(row, metric)), Seeds(row), Minutes(row), State(table, row)]], $"{row.Data}, commit {row.Commit}");

    static IEnumerable<string> Columns(MeasuredTable table, Metric metric) =>
        [.. table.Paper.Metrics.Contains(metric) ? new[] { $"{metric}, paper" } : [], .. table.Metrics.Contains(metric) ? new[] { $"{metric}, ours" } : []];

    static IEnumerable<object?> Cells(MeasuredTable table, string? paperRow, MeasuredRow? ours, Metric metric) =>
    [
        .. table.Paper.Metrics.Contains(metric) ? new object?[] { paperRow is null ? null : Published(table.Paper, paperRow, metric) } : [],
        .. table.Metrics.Contains(metric) ? new object?[] { ours is null ? null : Ours(ours, metric) } : [],
    ];

    static object? Ours(MeasuredRow row, Metric metric) =>
        row.Values.TryGetValue(metric.Name, out var values) ? new ShownNumber(SeedSummary.Of(values).Mean, new Measured(values).Show(metric)) : null;

    static object Published(PaperTable paper, string row, Metric metric) => paper[row, metric].Value is { } value
        ? new ShownNumber(value, value.ToString(metric.Unit.Length > 0 ? "F1" : "G6", CultureInfo.InvariantCulture)) : new ShownNumber(double.NaN, "–");

    static object? Seeds(MeasuredRow? row) => row?.Values.Values.Max(values => values.Length);

    static object? Minutes(MeasuredRow? row) => row is null ? null : new ShownNumber(row.Minutes, row.Minutes.ToString("F1", CultureInfo.InvariantCulture));

    static string State(MeasuredTable table, MeasuredRow row) => table.Stale(row) is { Count: > 0 } changed ? $"{row.On}, stale: {string.Join(", ", changed)} changed" : row.On;

    static string Sources(PaperTable paper)
    {
        var cells = paper.Rows.SelectMany(row => paper.Metrics.Select(metric => (Row: row, Metric: metric, Cell: paper[row, metric]))).ToList();
        var read = cells.Where(cell => cell.Cell.Value is not null).GroupBy(cell => cell.Cell.Source).Select(group => $"{Names(group)}: {group.Key}.");
        var empty = cells.Where(cell => cell.Cell.Value is null).GroupBy(cell => cell.Cell.Source).Select(group => $"–: {group.Key}.");
        return $"Paper: {paper.Setting}. {string.Join(" ", read.Concat(empty))}";

        static string Names(IEnumerable<(string Row, Metric Metric, PaperCell Cell)> cells) =>
            string.Join("; ", cells.GroupBy(cell => cell.Metric).Select(group => $"{group.Key.Name} of {string.Join(" · ", group.Select(cell => cell.Row))}"));
    }
}
