using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace MimKit.Notebook;

/// <summary>An exception as its author sees it: the type, the message, and the lines of cells it came through; nothing of the engine.</summary>
static partial class UserFrames
{
    const int MostFrames = 30;                             // of one exception

    /// <summary>The file name under which the symbols of code at a place are stored.</summary>
    public static string PathOf(string place) => place.StartsWith("cell ", StringComparison.Ordinal) ? place : "import " + place;

    /// <summary>The error of a cell; <paramref name="sourceLine"/> gives the text of (place, line), where a place is as <see cref="Submissions.Place"/> names it.</summary>
    public static CellError Describe(int cell, Exception thrown, Func<string, int, string?> sourceLine)
    {
        var error = Unwrap(thrown);
        var details = new List<string>();
        var first = default((string Place, int Line, string Method)?);
        for (var (e, prefix) = (error, ""); e is not null; (e, prefix) = (e.InnerException, "caused by "))
        {
            details.Add($"{prefix}{e.GetType().Name}: {e.Message}");
            foreach (var (frame, times) in Collapsed(Frames(e)).Take(MostFrames))
            {
                first ??= frame;
                details.Add($"    at {frame.Place}, line {frame.Line}{frame.Method}:  {sourceLine(frame.Place, frame.Line)?.Trim()}{(times > 1 ? $"   ({times:n0} times)" : "")}");
            }
        }
        return new CellError(CellErrorKind.Runtime, cell, error.GetType().Name, error.Message, first?.Line, null,
            first is { } at ? sourceLine(at.Place, at.Line) : null, details);
    }

    /// <summary>The exception that the user's code threw, without the wrappers of reflection and tasks.</summary>
    public static Exception Unwrap(Exception e) => e switch
    {
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        TypeInitializationException { InnerException: { } inner } => Unwrap(inner),
        AggregateException { InnerExceptions: [var only] } => Unwrap(only),
        _ => e,
    };

    // A function that calls itself is one line.
    static IEnumerable<((string Place, int Line, string Method) Frame, int Times)> Collapsed(IEnumerable<(string, int, string)> frames)
    {
        ((string, int, string) Frame, int Times) last = default;
        foreach (var frame in frames)
        {
            if (last.Times > 0 && frame != last.Frame)
            {
                yield return last;
                last = default;
            }
            last = (frame, last.Times + 1);
        }
        if (last.Times > 0) yield return last;
    }

    static IEnumerable<(string Place, int Line, string Method)> Frames(Exception e)
    {
        foreach (var frame in new StackTrace(e, fNeedFileInfo: true).GetFrames())
            if (CellPath().Match(frame.GetFileName() ?? "") is { Success: true } match && frame.GetFileLineNumber() is > 0 and < HiddenLine)
                yield return (match.Groups[1].Value + match.Groups[2].Value, frame.GetFileLineNumber(), MethodOf(frame.GetMethod()));
    }

    const int HiddenLine = 0xfeefee;                       // the compiler's mark for code that has no line

    // State machines and lambdas carry the name of their method between angle brackets; the top level of a cell is <Initialize>.
    static string MethodOf(MethodBase? method)
    {
        if (method is null) return "";
        var name = Declaring(method).Prepend(method.Name)
            .Select(name => Mangled().Match(name) is { Success: true } match ? match.Groups[1].Value : name)
            .FirstOrDefault(name => name is not ("MoveNext" or "") && !name.StartsWith("Submission#"));
        return name is null or "Initialize" or "Factory" or "<Initialize>" or "<Factory>" ? "" : $", in {name}";
    }

    static IEnumerable<string> Declaring(MethodBase method)
    {
        for (var type = method.DeclaringType; type is not null; type = type.DeclaringType) yield return type.Name;
    }

    [GeneratedRegex(@"^(?:(cell \d+)|import (.+))$")]
    private static partial Regex CellPath();

    [GeneratedRegex(@"^<+([^<>|]*)>")]
    private static partial Regex Mangled();
}
