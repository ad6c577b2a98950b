using System.Diagnostics;
using MimKit.Notebook;

namespace MimKit.Cli.Notebooks;

/// <summary>
/// The live view of a run. On a terminal the running cell has one line that is redrawn in place; elsewhere (a log, CI) every cell
/// has one line when it has ended, and a long one says every ten seconds where it is.
/// </summary>
sealed class RunProgress : INotebookObserver, IDisposable
{
    static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(150), Report = TimeSpan.FromSeconds(10);

    readonly TextWriter _output;
    readonly bool _terminal;
    readonly Timer _timer;
    readonly Lock _lock = new();
    readonly Stopwatch _watch = new();
    readonly LastLine _said = new();
    CellStart? _cell;
    bool _disposed;

    RunProgress(TextWriter output, bool terminal)
    {
        (_output, _terminal) = (output, terminal);
        var interval = terminal ? Redraw : Report;
        _timer = new Timer(_ => Tick(), null, interval, interval);
    }

    /// <summary>For a writer: in place only if it is the terminal.</summary>
    public static RunProgress On(TextWriter output) =>
        new(output, ProgressLines.IsTerminal(output));

    public void Started(string title, int cells) => Say($"{title}: {cells} cells");

    public void CellStarted(CellStart cell)
    {
        lock (_lock)
        {
            _cell = cell;
            _said.Clear();
            _watch.Restart();
            if (_terminal) Draw();
        }
    }

    public void Wrote(int cell, CellStream stream, string text)
    {
        lock (_lock) _said.Add(text);
    }

    public void CellEnded(CellResult result)
    {
        lock (_lock)
        {
            if (_cell is not { } cell) return;
            _cell = null;
            var ending = result.Succeeded ? "" : result.Error!.Kind == CellErrorKind.Cancelled ? "stopped" : "failed";
            Say($"{Name(cell)}  {Elapsed.Text(result.Elapsed),7}  {(ending.Length > 0 ? ending : _said.Text)}");
        }
    }

    /// <summary>Ctrl-C was seen.</summary>
    public void Stopping()
    {
        lock (_lock) Say("stopping after this step; what has run is kept (Ctrl-C again ends at once)");
    }

    void Tick()
    {
        lock (_lock)
        {
            if (_cell is null || _disposed) return;
            if (_terminal) Draw();
            else if (_watch.Elapsed > Report) Say(Current(_cell));
        }
    }

    string Current(CellStart cell) => $"{Name(cell)}  {Elapsed.Text(_watch.Elapsed),7}  {_said.Text}";

    static string Name(CellStart cell)
    {
        const int width = 34;
        var heading = cell.Heading ?? cell.FirstLine;
        heading = heading.Length > width ? heading[..(width - 1)] + "…" : heading.PadRight(width);
        return $"[{cell.Number.ToString().PadLeft(cell.Count.ToString().Length)}/{cell.Count}] {heading}";
    }

    const string ClearLine = "\r\x1b[2K";

    void Draw()
    {
        _output.Write(ClearLine + Cut(Current(_cell!)));
        _output.Flush();
    }

    void Say(string line)
    {
        _output.WriteLine(_terminal ? ClearLine + Cut(line) : line.TrimEnd());
        _output.Flush();
    }

    static string Cut(string line)
    {
        var width = Math.Max(20, Console.WindowWidth - 1);
        return line.Length > width ? line[..(width - 1)] + "…" : line;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            if (_terminal && _cell is not null) _output.Write(ClearLine);
        }
        _timer.Dispose();
    }
}
