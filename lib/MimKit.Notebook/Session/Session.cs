using System.Diagnostics;

namespace MimKit.Notebook;

/// <summary>
/// A C# session: cells run one after the other and share variables, types and usings. It knows no front end; what a cell shows
/// goes to the <see cref="IOutputSink"/> of that call, so that a headless runner and a Jupyter kernel use the same session.
/// </summary>
public sealed class Session : IDisposable
{
    readonly SessionOptions _options;
    readonly Submissions _submissions;
    readonly CellLanguages _languages;
    readonly CellRunner _runner;
    readonly CellThread _thread = new();
    int _lastHidden;

    /// <summary>Starts a session. The compiler warms up in the background; the first cell waits for it.</summary>
    public Session(SessionOptions? options = null)
    {
        _options = options ?? new SessionOptions();
        CellConsole.Install();
        UnhandledErrors.Install();
        _submissions = new Submissions(_options);
        _languages = new CellLanguages(_options);
        _runner = new CellRunner(_options, _submissions, _languages, () => --_lastHidden);
        Assist = new Assist(_submissions);
    }

    internal Assist Assist { get; }

    /// <summary>The number of the last cell that was started; the first is 1.</summary>
    public int LastCell { get; private set; }

    /// <summary>Runs one cell. Errors of the cell are returned, not thrown.</summary>
    /// <param name="code">C# as in a script: statements, declarations, top-level await, a trailing expression that is shown.</param>
    /// <param name="sink">Receives what the cell shows, in order.</param>
    /// <param name="cancellation">
    /// Stops the cell: the compiler and loops at once, waits after a second, awaits that do not end are given up; variables stay. Libraries see it
    /// through <see cref="SessionOptions.AroundCell"/>.
    /// </param>
    public Task<CellResult> RunAsync(string code, IOutputSink sink, CancellationToken cancellation = default) => RunAsync(code, sink, LastCell + 1, cancellation);

    /// <summary>Runs one cell under a number that the host chose.</summary>
    /// <param name="code">As above.</param>
    /// <param name="sink">As above.</param>
    /// <param name="number">The cell's number in its errors; null for code of the host that is no cell of the user.</param>
    /// <param name="cancellation">As above.</param>
    public async Task<CellResult> RunAsync(string code, IOutputSink sink, int? number, CancellationToken cancellation)
    {
        var cell = number is { } given ? LastCell = given : --_lastHidden;
        var watch = Stopwatch.StartNew();
        var (value, error) = await _thread.Run(() => RunCell(cell, code, sink, cancellation)).ConfigureAwait(false);
        return new CellResult(cell, watch.Elapsed, value, error);
    }

    async Task<(object? Value, CellError? Error)> RunCell(int cell, string code, IOutputSink sink, CancellationToken cancellation)
    {
        using var context = CellContext.Enter(sink);
        using var stop = new StopRequest(context, cancellation);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            using var around = _options.AroundCell?.Invoke(cancellation);
            context.StopsByItself = _options.StopsByItself?.Invoke();
            return (await Ended(_runner.Run(cell, code, sink, cancellation), context).ConfigureAwait(false), null);
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && IsStop(e))
        {
            return (null, CellError.Cancelled(cell, UserFrames.Describe(cell, e, _submissions.SourceLine), SaidOf(UserFrames.Unwrap(e))));
        }
        catch (CellException e)
        {
            return (null, e.Error with { Cell = cell });
        }
        catch (Exception e)
        {
            return (null, UserFrames.Describe(cell, e, _submissions.SourceLine));
        }
    }

    // A cell that awaits for ever is left to itself: should it go on one day, its next check throws.
    static async Task<object?> Ended(Task<object?> running, CellContext context)
    {
        if (await Task.WhenAny(running, context.Abandoned).ConfigureAwait(false) != running) throw new CellStoppedException();
        return await running.ConfigureAwait(false);
    }

    static readonly string[] Plain = [new OperationCanceledException().Message, new TaskCanceledException().Message, new CellStoppedException().Message];

    // Libraries that stop by the cell's token may say what was kept and how to go on.
    static string? SaidOf(Exception e) => e is OperationCanceledException && !Plain.Contains(e.Message) ? e.Message : null;

    static bool IsStop(Exception? e) => e is OperationCanceledException or ThreadInterruptedException
        || e is AggregateException many && many.InnerExceptions.All(IsStop) || e is not null and not AggregateException && IsStop(e.InnerException);

    /// <summary>Ends the other languages, and the thread that runs the cells once the running cell has ended.</summary>
    public void Dispose()
    {
        _thread.Dispose();
        _languages.Dispose();
    }
}
