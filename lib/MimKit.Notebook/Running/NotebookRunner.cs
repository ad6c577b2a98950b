using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>
/// Runs a notebook without a front end: its cells in order, in one session, until the end or the first error. Writes the executed notebook,
/// a report and the numbers, also after an error or a cancellation.
/// </summary>
public sealed class NotebookRunner
{
    readonly string _name;
    readonly RunnerOptions _options;
    readonly NotebookDocument _notebook;
    readonly Displays _displays = [];
    readonly List<CellRun> _cells = [];
    readonly List<(NotebookCell Cell, OutputCollector Outputs)> _collected = [];
    readonly DateTimeOffset _started = DateTimeOffset.Now;
    readonly Stopwatch _watch = new();

    NotebookRunner(string name, NotebookDocument notebook, RunnerOptions options) => (_name, _notebook, _options) = (name, notebook, options);

    /// <param name="path">The notebook, nbformat 4.</param>
    /// <param name="options">Where the files go, parameters, session, observer.</param>
    /// <param name="cancellation">Stops the running cell; the cells after it do not run.</param>
    /// <exception cref="NotebookFormatException">The file is not a notebook.</exception>
    /// <exception cref="ParameterException">A parameter is unknown or its value does not fit.</exception>
    public static async Task<RunResult> RunAsync(string path, RunnerOptions options, CancellationToken cancellation = default)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var notebook = NotebookDocument.Load(path);
        using var session = new Session(options.Session with { BaseFolder = folder });   // early: the compiler warms up meanwhile
        if (Path.GetFullPath(options.OutDir).TrimEnd('/') == folder)
            throw new ArgumentException($"The results would overwrite the notebook in {folder}. Choose another folder for them.");
        var parameters = NotebookParameters.Apply(notebook, options.Parameters);
        Directory.CreateDirectory(options.OutDir);

        var runner = new NotebookRunner(Path.GetFileNameWithoutExtension(path), notebook, options);
        var (status, error) = await runner.RunCells(session, cancellation).ConfigureAwait(false);
        return runner.WriteFiles(status, error, parameters, folder);
    }

    async Task<(RunStatus, CellError?)> RunCells(Session session, CancellationToken cancellation)
    {
        _notebook.Normalize();
        foreach (var cell in _notebook.CodeCells) (cell.Outputs, cell.ExecutionCount) = ([], null);
        var planned = Plan().ToList();
        _options.Observer.Started(_notebook.Title ?? _name, planned.Count);
        _watch.Start();
        foreach (var (cell, start) in planned)
        {
            var result = await RunCell(session, cell, start, cancellation).ConfigureAwait(false);
            _options.Observer.CellEnded(result);
            if (result.Error is { Kind: CellErrorKind.Cancelled } stopped) return (RunStatus.Cancelled, stopped);
            if (result.Error is { } error) return (RunStatus.Failed, error);
        }
        return (RunStatus.Succeeded, null);
    }

    async Task<CellResult> RunCell(Session session, NotebookCell cell, CellStart start, CancellationToken cancellation)
    {
        _options.Observer.CellStarted(start);
        var outputs = new OutputCollector(start.Number, _options.Observer, _displays);
        var watch = Stopwatch.StartNew();
        var result = OtherLanguage(cell, start) ?? await OrGivenUp(session.RunAsync(cell.Source, outputs, cancellation), start.Number, watch, cancellation)
            .ConfigureAwait(false);

        if (result.Error is { } error) outputs.Failed(error);
        cell.ExecutionCount = start.Number;
        _cells.Add(new CellRun(cell, start.Number, start.Heading, result.Elapsed.TotalSeconds, result.Succeeded));
        _collected.Add((cell, outputs));
        AtomicFile.Write(PathOf(".ipynb"), Executed());    // what has run survives whatever the next cell does to the process
        return result;
    }

    static CellResult? OtherLanguage(NotebookCell cell, CellStart start)
    {
        if (cell.Language is null or "csharp" or "C#") return null;
        var message = $"This cell is marked as {cell.Language}; only C# runs here.";
        return new CellResult(start.Number, TimeSpan.Zero, null,
            new CellError(CellErrorKind.Directive, start.Number, "Language", message, 1, 1, start.FirstLine, [message]));
    }

    // A cell that does not look at its token cannot be stopped; after a while the run ends without it, with what it has shown.
    async Task<CellResult> OrGivenUp(Task<CellResult> running, int cell, Stopwatch watch, CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellation.Register(cancelled.SetResult);
        await Task.WhenAny(running, cancelled.Task).ConfigureAwait(false);
        await Task.WhenAny(running, Task.Delay(running.IsCompleted ? TimeSpan.Zero : _options.StopGrace, CancellationToken.None)).ConfigureAwait(false);
        return running.IsCompleted ? await running.ConfigureAwait(false)
            : new CellResult(cell, watch.Elapsed, null, CellError.Cancelled(cell));
    }

    IEnumerable<(NotebookCell, CellStart)> Plan()
    {
        string? heading = null;
        var count = _notebook.CodeCells.Count(HasCode);
        var number = 0;
        foreach (var cell in _notebook.Cells)
            if (cell.IsMarkdown) heading = Headings(cell.Source).LastOrDefault() ?? heading;
            else if (HasCode(cell)) yield return (cell, new CellStart(++number, count, heading, FirstLine(cell.Source)));
    }

    static bool HasCode(NotebookCell cell) => cell.IsCode && !string.IsNullOrWhiteSpace(cell.Source);

    static IEnumerable<string> Headings(string markdown) =>
        markdown.Split('\n').Where(line => line.StartsWith('#') && line.TrimStart('#').StartsWith(' ')).Select(line => line.Trim('#', ' '));

    static string FirstLine(string source) => source.Split('\n').Select(line => line.Trim()).First(line => line.Length > 0);

    // The host's word on the run must not cost the run.
    IReadOnlyDictionary<string, string> Provenance()
    {
        try { return _options.Provenance(); }
        catch (Exception e) { return new Dictionary<string, string> { ["provenance"] = $"not available ({e.GetType().Name}: {e.Message})" }; }
    }

    string PathOf(string extension) => Path.Combine(_options.OutDir, _name + extension);

    string Executed()
    {
        foreach (var (cell, outputs) in _collected) cell.Outputs = outputs.ToJson();
        return _notebook.ToJson();
    }

    RunResult WriteFiles(RunStatus status, CellError? error, IReadOnlyDictionary<string, JsonNode> parameters, string folder)
    {
        var notebook = Executed();
        var run = new RunRecord(_name, _started, _watch.Elapsed, status, error, parameters, _cells, Provenance());
        AtomicFile.Write(PathOf(".ipynb"), notebook);
        AtomicFile.Write(PathOf(".json"), NumbersFile.Write(run));
        AtomicFile.Write(PathOf(".html"), HtmlReport.Write(_notebook, notebook, run, _options.Assets, folder));
        return new RunResult(status, error, run.Elapsed, PathOf(".ipynb"), PathOf(".html"), PathOf(".json"));
    }
}
