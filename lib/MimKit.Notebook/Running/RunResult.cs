using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>How a run ended.</summary>
public enum RunStatus { Succeeded, Failed, Cancelled }

/// <summary>A finished run. The files exist whatever the status.</summary>
/// <param name="Status">All cells ran, one failed, or the run was cancelled.</param>
/// <param name="Error">The failed cell's error, or null.</param>
/// <param name="Elapsed">From the first cell to the last.</param>
/// <param name="NotebookPath">The executed notebook.</param>
/// <param name="ReportPath">The HTML report.</param>
/// <param name="NumbersPath">The tables as JSON.</param>
public sealed record RunResult(RunStatus Status, CellError? Error, TimeSpan Elapsed, string NotebookPath, string ReportPath, string NumbersPath);

/// <summary>What is known of a run when its files are written.</summary>
sealed record RunRecord(
    string Name, DateTimeOffset Started, TimeSpan Elapsed, RunStatus Status, CellError? Error, IReadOnlyDictionary<string, JsonNode> Parameters,
    IReadOnlyList<CellRun> Cells, IReadOnlyDictionary<string, string> Provenance);

/// <summary>A cell that ran.</summary>
sealed record CellRun(NotebookCell Cell, int Number, string? Heading, double Seconds, bool Succeeded);
