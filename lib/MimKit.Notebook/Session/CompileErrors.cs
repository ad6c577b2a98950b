using Microsoft.CodeAnalysis;

namespace MimKit.Notebook;

/// <summary>Turns the compiler's errors into what a notebook's author reads: place, source line, caret, and a word on what scripts cannot do.</summary>
static class CompileErrors
{
    const int Shown = 5;

    /// <summary>The error may go away when more of the platform is referenced.</summary>
    public static bool IsMissingName(Diagnostic error) => error.Id is "CS0103" or "CS0234" or "CS0246" or "CS0012" or "CS1061" or "CS1069" or "CS0656" or "CS0518";

    public static CellError Describe(int cell, string place, IReadOnlyList<Diagnostic> errors, string[] source)
    {
        var inOrder = errors.OrderBy(error => error.Location.SourceSpan.Start)
            .Select(error => (Error: error, Advice: ScriptAdvice.For(error, LineOf(error, source))))
            .DistinctBy(found => found.Advice ?? (object)found.Error)          // what advice explains needs no second error
            .ToList();
        var details = new List<string>();
        foreach (var (error, advice) in inOrder.Take(Shown))
        {
            details.AddRange(Lines(place, error, source));
            if (advice is not null) details.Add("    note: " + advice);
        }
        if (inOrder.Count > Shown) details.Add($"… and {inOrder.Count - Shown} more errors");

        var first = inOrder[0].Error;
        var start = first.Location.GetLineSpan().StartLinePosition;
        return new CellError(CellErrorKind.Compile, cell, first.Id, inOrder[0].Advice ?? first.GetMessage(), start.Line + 1, start.Character + 1,
            LineOf(first, source), details);
    }

    /// <summary>Each warning in the cell's own text, with its place, source line and caret.</summary>
    public static IEnumerable<string> Warnings(string place, IEnumerable<Diagnostic> found, string[] source) => found
        .Where(one => one.Severity == DiagnosticSeverity.Warning && one.Location.IsInSource)
        .OrderBy(one => one.Location.SourceSpan.Start).Select(warning => string.Join('\n', Lines(place, warning, source)));

    static IEnumerable<string> Lines(string place, Diagnostic error, string[] source)
    {
        var span = error.Location.GetLineSpan();
        var (start, end) = (span.StartLinePosition, span.EndLinePosition);
        var line = LineOf(error, source);
        yield return $"{place}, line {start.Line + 1}, column {start.Character + 1}: {(error.Severity == DiagnosticSeverity.Warning ? "warning " : "")}{error.Id}: {error.GetMessage()}";
        if (line is null) yield break;

        var column = Math.Min(start.Character, line.Length);
        var width = end.Line == start.Line ? Math.Max(1, end.Character - start.Character) : Math.Max(1, line.Length - column);
        yield return "    " + line;
        yield return "    " + new string([.. line[..column].Select(c => c == '\t' ? '\t' : ' ')]) + new string('^', width);
    }

    static string? LineOf(Diagnostic error, string[] source)
    {
        var line = error.Location.GetLineSpan().StartLinePosition.Line;
        return error.Location.IsInSource && line < source.Length ? source[line] : null;
    }
}
