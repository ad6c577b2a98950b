using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace MimKit.Training;

/// <summary>A run as its folder tells it: what was trained, where it stands, its log.</summary>
/// <param name="Folder">Absolute path.</param>
/// <param name="About">run.json.</param>
/// <param name="Log">metrics.jsonl.</param>
public sealed record SavedRun(string Folder, JsonObject About, IReadOnlyList<LogLine> Log)
{
    /// <summary>The folder's own name.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>The method's record, by name.</summary>
    public string Subject => (string?)About["subject"] ?? "unknown";
    public ulong Seed => (ulong?)About["plan"]?["Seed"] ?? 0;
    public int Epochs => (int?)About["plan"]?["Epochs"] ?? 0;
    public string Data => $"{About["data"]?["name"]} {About["data"]?["split"]}";
    public string Commit => (string?)About["environment"]?["Commit"] ?? "unknown";

    /// <summary>Mean loss over the last logged window; NaN before the first.</summary>
    public double Loss => Log.Count > 0 ? Log[^1].Loss : double.NaN;
    public double Minutes => Log.Count > 0 ? Log[^1].Elapsed / 60 : 0;

    /// <summary>Whether the last logged step is the plan's last.</summary>
    public bool Finished => Log.Count > 0 && Log[^1].Epoch >= Epochs;

    /// <summary>What differs from another run's record and plan: "Masking.Ratio 0.6 (0.75)".</summary>
    public IEnumerable<string> DifferencesFrom(SavedRun other) => new[] { "config", "plan" }
        .SelectMany(part => Differences(About[part], other.About[part], ""));

    static IEnumerable<string> Differences(JsonNode? own, JsonNode? other, string at)
    {
        if (JsonNode.DeepEquals(own, other)) return [];
        if (own is not JsonObject a || other is not JsonObject b) return [$"{at} {own?.ToJsonString() ?? "null"} ({other?.ToJsonString() ?? "null"})"];
        return a.Select(named => named.Key).Union(b.Select(named => named.Key)).SelectMany(key => Differences(a[key], b[key], at.Length == 0 ? key : $"{at}.{key}"));
    }
}

/// <summary>Runs side by side: shows itself as a table; <c>Chart.Loss</c> draws their curves.</summary>
/// <param name="runs">In the order of the table.</param>
public sealed class RunComparison(IReadOnlyList<SavedRun> runs)
{
    static readonly string[] Columns = ["run", "subject", "data", "seed", "epochs", "loss", "minutes", "commit", "differs from the first in"];

    public IReadOnlyList<SavedRun> Runs => runs;

    /// <summary>Names and logs, as <c>Chart.Loss</c> takes them.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<LogLine> Log)> Curves => [.. runs.Where(run => run.Log.Count > 0).Select(run => (run.Name, run.Log))];

    /// <summary>text/html and text/plain.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object> { ["text/html"] = Html(), ["text/plain"] = ToString() };

    public override string ToString()
    {
        var lines = runs.Select(Row).Prepend(Columns).ToList();
        var widths = Columns.Select((_, c) => lines.Max(line => line[c].Length)).ToArray();
        return string.Join('\n', lines.Select(line => string.Join("  ", line.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd()));
    }

    string Html()
    {
        var html = new StringBuilder("<table class=\"results\"><caption>").Append(runs.Count).Append(" runs</caption><thead>");
        Append("th", Columns);
        html.Append("</thead><tbody>");
        foreach (var run in runs) Append("td", Row(run));
        return html.Append("</tbody></table>").ToString();

        void Append(string tag, string[] cells) => html.Append("<tr>").AppendJoin("", cells.Select(cell => $"<{tag}>{WebUtility.HtmlEncode(cell)}</{tag}>")).Append("</tr>");
    }

    string[] Row(SavedRun run) =>
    [
        run.Name, run.Subject.Replace("Config", ""), run.Data, $"{run.Seed}",
        run.Finished ? $"{run.Epochs}" : string.Create(CultureInfo.InvariantCulture, $"{(run.Log.Count > 0 ? run.Log[^1].Epoch : 0):F1} of {run.Epochs}"),
        double.IsNaN(run.Loss) ? "" : run.Loss.ToString("F4", CultureInfo.InvariantCulture), run.Minutes.ToString("F1", CultureInfo.InvariantCulture),
        run.Commit, string.Join(", ", run == runs[0] ? [] : run.DifferencesFrom(runs[0])),
    ];
}
