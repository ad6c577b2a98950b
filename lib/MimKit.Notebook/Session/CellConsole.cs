using System.Text;

namespace MimKit.Notebook;

/// <summary>
/// The console of cells. Once installed, <see cref="Console.Out"/> and <see cref="Console.Error"/> send what a cell prints to that cell's
/// sink, <see cref="Console.In"/> asks whoever sits behind it, and everything else goes to the terminal as before.
/// </summary>
public static class CellConsole
{
    static readonly Lock Gate = new();
    static bool _installed;

    /// <summary>The real standard output: hosts that draw live progress write here, never through <see cref="Console.Out"/>.</summary>
    public static TextWriter Terminal { get; private set; } = Console.Out;

    /// <summary>The real standard error.</summary>
    public static TextWriter TerminalError { get; private set; } = Console.Error;

    /// <summary>Other writers for the terminal: the process's own streams were taken.</summary>
    internal static void UseTerminal(TextWriter output, TextWriter error)
    {
        lock (Gate) (Terminal, TerminalError) = (output, error);
    }

    internal static void Install()
    {
        lock (Gate)
        {
            if (_installed) return;
            _installed = true;
            Console.SetOut(new Router(CellStream.Out, () => Terminal));
            Console.SetError(new Router(CellStream.Error, () => TerminalError));
            Console.SetIn(new Asker(Console.In));
        }
    }

    internal static void WriteLine(IOutputSink sink, string line) => CellContext.Outside(() => sink.Write(CellStream.Out, line + "\n"));

    /// <summary>Asks whoever reads the running cell's output; null where nobody can answer.</summary>
    internal static string? Ask(string prompt, bool hidden) =>
        CellContext.Current?.Sink is IInputSource source ? source.Read(prompt, hidden) : null;

    sealed class Asker(TextReader terminal) : TextReader
    {
        public override string? ReadLine() => CellContext.Current is null ? terminal.ReadLine() : Ask("", hidden: false);

        public override string ReadToEnd() => ReadLine() ?? "";

        public override int Read() => CellContext.Current is null ? terminal.Read() : -1;
    }

    sealed class Router(CellStream stream, Func<TextWriter> terminal) : TextWriter
    {
        public override Encoding Encoding => terminal().Encoding;

        public override string NewLine => "\n";

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

        public override void WriteLine() => Write("\n");

        public override void WriteLine(string? value) => Write(value + "\n");

        public override void Write(string? value)
        {
            if (string.IsNullOrEmpty(value)) return;
            if (CellContext.Current is { } cell) CellContext.Outside(() => cell.Sink.Write(stream, value));
            else terminal().Write(value);
        }

        public override void Flush()
        {
            if (CellContext.Current is null) terminal().Flush();
        }
    }
}
