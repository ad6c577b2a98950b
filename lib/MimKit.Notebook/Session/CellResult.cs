namespace MimKit.Notebook;

/// <summary>What became of a cell.</summary>
/// <param name="Cell">The cell's number in the session, from 1.</param>
/// <param name="Elapsed">Compiling and running.</param>
/// <param name="Value">The trailing expression's value, or null.</param>
/// <param name="Error">Why the cell failed, or null.</param>
public sealed record CellResult(int Cell, TimeSpan Elapsed, object? Value, CellError? Error)
{
    public bool Succeeded => Error is null;
}

/// <summary>Why a cell failed.</summary>
public enum CellErrorKind { Directive, Compile, Runtime, Cancelled }

/// <summary>A failed cell, in the words shown to its author.</summary>
/// <param name="Kind">What failed: a directive, the compiler, the running code, or nothing (the cell was stopped).</param>
/// <param name="Cell">The cell that was run.</param>
/// <param name="Name">The exception's type, or the compiler's error id.</param>
/// <param name="Message">What was wrong, in one line.</param>
/// <param name="Line">Line in the cell from 1, where known.</param>
/// <param name="Column">Column from 1, where known.</param>
/// <param name="SourceLine">The text of that line, where known.</param>
/// <param name="Details">Everything to show, line by line: places, source lines, advice.</param>
public sealed record CellError(
    CellErrorKind Kind, int Cell, string Name, string Message, int? Line, int? Column, string? SourceLine, IReadOnlyList<string> Details)
{
    /// <summary>The whole message as shown.</summary>
    public string Text => string.Join('\n', Details);

    /// <summary>An error of a line that speaks to the notebook.</summary>
    internal static CellException OfDirective(DirectivePart part, string message) => OfPart(part, "Directive", message);

    /// <summary>An error of a part in another language.</summary>
    internal static CellException OfCode(CodePart part, string message) => OfPart(part, part.Language, message);

    static CellException OfPart(CellPart part, string name, string message) =>
        new(new CellError(CellErrorKind.Directive, 0, name, message, part.Line, 1, part.Text, [.. $"line {part.Line}: {message}".Split('\n'), "    " + part.Text.Trim()]));

    /// <summary>
    /// A cell that was stopped; <paramref name="where"/> tells at which of its lines, where that is known, and <paramref name="said"/> what a
    /// library said of it: how training goes on.
    /// </summary>
    internal static CellError Cancelled(int cell, CellError? where = null, string? said = null) =>
        new(CellErrorKind.Cancelled, cell, "Interrupted", said ?? "The cell was stopped.", where?.Line, null, where?.SourceLine,
            [$"Interrupted: cell {cell} was stopped before it ended.", .. said is null ? Array.Empty<string>() : [said], .. where?.Details.Where(line => line.StartsWith("    at cell", StringComparison.Ordinal)) ?? []]);
}

/// <summary>Carries an error of the cell's own text (directive, compiler) to the session.</summary>
sealed class CellException(CellError error) : Exception(error.Message)
{
    public CellError Error { get; } = error;
}
