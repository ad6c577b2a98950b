using System.Diagnostics;
using System.Text;

namespace MimKit.Cli;

/// <summary>Where progress lines go when there is no terminal to overwrite them on: into a log, one every ten seconds; whole lines pass at once.</summary>
sealed class ProgressLines(TextWriter log) : TextWriter
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    readonly StringBuilder _line = new();
    readonly Stopwatch _since = Stopwatch.StartNew();

    /// <summary>The writer itself where it is the terminal.</summary>
    public static TextWriter To(TextWriter output) => IsTerminal(output) ? output : new ProgressLines(output);

    public static bool IsTerminal(TextWriter output) =>
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    public override Encoding Encoding => log.Encoding;

    public override void Write(char value)
    {
        if (value == '\n') Emit();
        else if (value != '\r') _line.Append(value);
        else if (_since.Elapsed >= Every) Emit();
        else _line.Clear();
    }

    void Emit()
    {
        log.WriteLine(_line.ToString().TrimEnd());
        log.Flush();
        _line.Clear();
        _since.Restart();
    }
}
