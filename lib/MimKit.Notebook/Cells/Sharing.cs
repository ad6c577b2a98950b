using System.Text.RegularExpressions;

namespace MimKit.Notebook;

/// <summary><c>#!share NAME --from LANGUAGE [--as NAME]</c>: copies a value from one language's variables to another's.</summary>
static partial class Sharing
{
    const string Usage = "#!share NAME --from LANGUAGE [--as NAME], e.g. '#!share loss --from python'; languages are csharp, fsharp and python.";

    public static async Task Run(DirectiveCall call)
    {
        var (name, from, to) = Arguments(call);
        var target = call.Part.Language;
        if (from == target) throw call.Error($"'{name}' is already a variable of {target}. {Usage}");
        object? value;
        try { value = from == "csharp" ? call.Cell.Submissions.Value(name) : await Of(from, call).Get(name).ConfigureAwait(false); }
        catch (KeyNotFoundException) { throw call.Error($"{from} has no variable '{name}'."); }
        catch (NotSupportedException e) { throw call.Error(e.Message); }

        if (target == "csharp") await Declare(call, to, value).ConfigureAwait(false);
        else await Of(target, call).Set(to, value).ConfigureAwait(false);
    }

    static (string Name, string From, string To) Arguments(DirectiveCall call)
    {
        var from = From().Match(call.Part.Arguments);
        var to = As().Match(call.Part.Arguments);
        var name = As().Replace(From().Replace(call.Part.Arguments, " "), " ").Trim();
        if (!from.Success || !Identifier().IsMatch(name)) throw call.Error(Usage);
        var language = CellText.Languages.GetValueOrDefault("#!" + from.Groups[1].Value.TrimStart('#', '!')) ?? throw call.Error(Usage);
        return (name, language, to.Success ? to.Groups[1].Value : name);
    }

    static ILanguage Of(string language, DirectiveCall call) => call.Cell.Languages.Of(language) ?? throw call.Error($"No values can be shared with {language}. {Usage}");

    // A line of C# takes the value from here, so that later cells know its type.
    static Task Declare(DirectiveCall call, string name, object? value)
    {
        var type = value is null ? "object" : TypeNames.InSource(value.GetType());
        var ticket = SharedValues.Put(value);
        return call.Cell.Import("#!share", $"var {name} = ({type})global::MimKit.Notebook.SharedValues.Take({ticket});", call.Sink, call.Cancellation);
    }

    [GeneratedRegex(@"--from\s+(\S+)")]
    private static partial Regex From();

    [GeneratedRegex(@"--as\s+([A-Za-z_]\w*)")]
    private static partial Regex As();

    [GeneratedRegex(@"^[A-Za-z_]\w*$")]
    private static partial Regex Identifier();
}

/// <summary>Values on their way into a C# variable; cells do not call this by themselves.</summary>
public static class SharedValues
{
    static readonly System.Collections.Concurrent.ConcurrentDictionary<int, object?> Waiting = [];
    static int _last;

    internal static int Put(object? value)
    {
        var ticket = Interlocked.Increment(ref _last);
        Waiting[ticket] = value;
        return ticket;
    }

    /// <summary>The value, once.</summary>
    public static object? Take(int ticket) => Waiting.TryRemove(ticket, out var value) ? value : null;
}
