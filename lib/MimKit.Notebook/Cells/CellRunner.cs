using System.Diagnostics;

namespace MimKit.Notebook;

/// <summary>Runs the parts of a cell one after the other: directives, C#, and the languages beside it.</summary>
sealed class CellRunner(SessionOptions options, Submissions submissions, CellLanguages languages, Func<int> hiddenNumber)
{
    const int DeepestImport = 16;
    int _depth;

    public SessionOptions Options => options;

    public Submissions Submissions => submissions;

    public CellLanguages Languages => languages;

    /// <summary>Returns the value of the last part, which has been shown.</summary>
    public async Task<object?> Run(int cell, string code, IOutputSink sink, CancellationToken cancellation)
    {
        var text = CellText.Read(code);
        var watch = new Stopwatch();
        object? value = null;
        for (var i = 0; i < text.Parts.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            value = await RunPart(cell, text.Parts[i], sink, watch, cancellation).ConfigureAwait(false);
            if (i < text.Parts.Count - 1 && value is not null) DisplayPart(sink, value);
        }
        if (text.Time) CellConsole.WriteLine(sink, $"Wall time: {Elapsed(watch.Elapsed)}");
        if (value is not null) CellContext.Outside(() => sink.Result(Formatter.Format(value)));
        return value;
    }

    /// <summary>Runs the code of a file inside the current cell.</summary>
    public async Task Import(string name, string code, IOutputSink sink, CancellationToken cancellation)
    {
        if (++_depth > DeepestImport) throw new InvalidOperationException($"Imports are nested more than {DeepestImport} deep at {name}: do files import each other?");
        try
        {
            var number = hiddenNumber();
            submissions.Name(number, name);
            foreach (var part in CellText.Read(code).Parts) await RunPart(number, part, sink, new Stopwatch(), cancellation).ConfigureAwait(false);
        }
        finally { _depth--; }
    }

    async Task<object?> RunPart(int cell, CellPart part, IOutputSink sink, Stopwatch watch, CancellationToken cancellation)
    {
        if (part is DirectivePart directive)
        {
            await Directive.Run(new DirectiveCall(directive, this, sink, cancellation)).ConfigureAwait(false);
            return null;
        }
        var code = (CodePart)part;
        if (code.Language != "csharp")
        {
            watch.Start();
            var shown = await languages.Run(code, sink, cancellation).ConfigureAwait(false);
            watch.Stop();
            return shown;
        }
        var compiled = submissions.Compile(cell, code.Code, cancellation);
        foreach (var warning in compiled.Warnings) CellContext.Outside(() => sink.Write(CellStream.Error, warning + "\n"));
        if (compiled.Run is not { } run) return null;
        watch.Start();
        var value = await run().ConfigureAwait(false);
        watch.Stop();
        return value;
    }

    static void DisplayPart(IOutputSink sink, object value) => CellContext.Outside(() => sink.Display(Formatter.Format(value), Guid.NewGuid().ToString("N")));

    static string Elapsed(TimeSpan time) => time.TotalSeconds < 1 ? FormattableString.Invariant($"{time.TotalMilliseconds:0.0} ms")
        : FormattableString.Invariant($"{time.TotalSeconds:0.00} s");
}
