using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MimKit.Metrics;
using MimKit.Reports;
using MimKit.Runtime;

namespace MimKit.Ablations;

/// <summary>A measured row as it is kept on disk: the numbers, and everything that decided them.</summary>
/// <param name="Name">As measured: "BEiT v2, 19 of 49 hidden".</param>
/// <param name="PaperRow">The paper's row it stands beside; null where the paper has none.</param>
/// <param name="Config">The record, as text.</param>
/// <param name="Data">Scale and data: "laptop, fashion-mnist, 55,000 images".</param>
/// <param name="DataDigest">Of the training images.</param>
/// <param name="Code">Of the libraries as built.</param>
/// <param name="Commit">Of the source.</param>
/// <param name="On">The day.</param>
/// <param name="Minutes">Training time of one seed.</param>
/// <param name="Values">By metric, one a seed, in the metric's unit.</param>
public sealed record MeasuredRow(
    string Name, string? PaperRow, string Config, string Data, string DataDigest, string Code, string Commit, string On, double Minutes, IReadOnlyDictionary<string, double[]> Values);

/// <summary>
/// A paper's table with measured rows beside it. Every row is measured on its own (<see cref="Row"/>), kept in a file, and found again by the next
/// session; where code, data or record have changed since, it is shown and called stale. Show it with <see cref="Table.Show(MeasuredTable)"/>.
/// </summary>
/// <param name="paper">The table to stand beside.</param>
/// <param name="trials">Data, scale, and the folder where rows are kept.</param>
/// <param name="measured">The metrics that are measured here; the paper may have others.</param>
public sealed class MeasuredTable(PaperTable paper, Trials trials, params IReadOnlyList<Metric> measured)
{
    static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    readonly string _folder = Path.Combine(trials.Folder, "tables", FileName(paper.Title), trials.Scale);
    readonly Dictionary<string, string> _declared = [];                            // name to record, as this session has it

    public PaperTable Paper => paper;

    /// <summary>The metrics that are measured here.</summary>
    public IReadOnlyList<Metric> Metrics => measured;

    /// <summary>Names a row; nothing is measured before <see cref="TableRow{TConfig}.Measure"/>.</summary>
    /// <param name="name">As measured.</param>
    /// <param name="paperRow">One of the paper's rows, or null.</param>
    /// <param name="config">The record that decides it.</param>
    /// <param name="measure">Trains and measures the record with one seed.</param>
    /// <exception cref="ArgumentException">The paper has no such row.</exception>
    public TableRow<TConfig> Row<TConfig>(string name, string? paperRow, TConfig config, Func<TConfig, ulong, Outcome> measure) where TConfig : notnull
    {
        if (paperRow is not null && !paper.Rows.Contains(paperRow)) throw new ArgumentException($"{paper.Title} has no row '{paperRow}'. It has: {string.Join(", ", paper.Rows)}.");
        _declared[name] = $"{config}";
        return new(this, name, paperRow, config, measure);
    }

    /// <summary>Why a kept row no longer says what it said: "code", "data", "record"; empty where it does.</summary>
    public IReadOnlyList<string> Stale(MeasuredRow row) =>
    [
        .. row.Code != CellStore.Code ? new[] { "code" } : [],
        .. row.DataDigest != trials.Data.Train.Digest ? new[] { "data" } : [],
        .. _declared.TryGetValue(row.Name, out var config) && config != row.Config ? new[] { "record" } : [],
    ];

    /// <summary>The rows on disk at this scale, stale ones too, in the order of the paper's; those without a paper's row first.</summary>
    public IReadOnlyList<MeasuredRow> Rows()
    {
        var order = _declared.Keys.ToList();
        var rows = Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*.json").Select(path => JsonSerializer.Deserialize<MeasuredRow>(File.ReadAllText(path), Options)!) : [];
        return [.. rows.OrderBy(row => row.PaperRow is null ? -1 : paper.Rows.ToList().IndexOf(row.PaperRow)).ThenBy(row => order.IndexOf(row.Name) is var place && place < 0 ? int.MaxValue : place).ThenBy(row => row.Name, StringComparer.Ordinal)];
    }

    internal MetricTable Measure<TConfig>(TableRow<TConfig> row, int seeds) where TConfig : notnull
    {
        if (seeds < 1) throw new ArgumentException($"A row is measured with at least one seed, asked for {seeds}.");
        var wanted = Enumerable.Range(0, seeds).Select(seed => ((object)new Key(paper.Title, $"{row.Config}", row.Name), (ulong)seed)).ToList();
        var cells = trials.Store.Complete(wanted, (_, seed) => row.Measured(row.Config, seed));
        var values = measured.ToDictionary(metric => metric.Name, metric => cells.Select(cell => cell.Outcome.Values.TryGetValue(metric.Name, out var value) ? value
            : throw new KeyNotFoundException($"The measurement of '{row.Name}' gave no '{metric.Name}'; it gave {string.Join(", ", cell.Outcome.Values.Keys)}.")).ToArray());
        var kept = new MeasuredRow(row.Name, row.PaperRow, $"{row.Config}", $"{trials.Scale}, {trials.Data.Train.Name}, {trials.Data.Train.Count.ToString("N0", CultureInfo.InvariantCulture)} images", trials.Data.Train.Digest,
            CellStore.Code, cells[0].Commit, DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), cells.Average(cell => cell.Outcome.Minutes), values);
        Directory.CreateDirectory(_folder);
        Safetensors.WriteAtomically(Path.Combine(_folder, FileName(row.Name) + ".json"), stream => JsonSerializer.Serialize(stream, kept, Options));
        return Table.Of(this, kept);
    }

    // what a cell of CellStore is: the table and the row belong to what was measured
    sealed record Key(string Table, string Config, string Row);

    static string FileName(string text)
    {
        var words = string.Concat(text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Split('-', StringSplitOptions.RemoveEmptyEntries);
        return $"{string.Join('-', words.Take(8))}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..6]}";
    }
}

/// <summary>A row that can be measured, again and alone.</summary>
public sealed record TableRow<TConfig>(MeasuredTable Table, string Name, string? PaperRow, TConfig Config, Func<TConfig, ulong, Outcome> Measured) where TConfig : notnull
{
    /// <summary>Measures what is not yet there and shows the row: seeds that were measured with this code, data and record are read.</summary>
    /// <param name="seeds">0 to this − 1.</param>
    public MetricTable Measure(int seeds = 1) => Table.Measure(this, seeds);
}
