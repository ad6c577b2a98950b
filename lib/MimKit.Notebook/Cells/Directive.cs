namespace MimKit.Notebook;

/// <summary>A directive that stands in a cell, with all it may need.</summary>
/// <param name="Part">The line.</param>
/// <param name="Cell">The cell's runner.</param>
/// <param name="Sink">Where it shows something.</param>
/// <param name="Cancellation">The cell's.</param>
sealed record DirectiveCall(DirectivePart Part, CellRunner Cell, IOutputSink Sink, CancellationToken Cancellation)
{
    /// <summary>What stands between the quotes of <c>#r "…"</c>, or the bare arguments.</summary>
    public string Target => Part.Arguments.Split("//")[0].Trim().Trim('"').Trim();

    /// <summary>An error of this line.</summary>
    public CellException Error(string message) => CellError.OfDirective(Part, message);
}

/// <summary>The directives by name: what <c>#!lsmagic</c> lists, completion offers, and a cell runs.</summary>
static class Directive
{
    public static readonly IReadOnlyDictionary<string, (string Help, Func<DirectiveCall, Task> Run)> All =
        new Dictionary<string, (string, Func<DirectiveCall, Task>)>(StringComparer.OrdinalIgnoreCase)
        {
            ["#r"] = ("\"library.dll\" or \"nuget: Id, version\": references a library or a package", References.Add),
            ["#i"] = ("\"nuget: folder or address\": another source of packages", References.AddSource),
            ["#load"] = ("\"file.cs\" or \"notebook.ipynb\": runs it as if it stood here", Imports.Run),
            ["#!import"] = ("as #load", Imports.Run),
            ["#!share"] = ("NAME --from LANGUAGE [--as NAME]: brings a value from csharp, fsharp or python", Sharing.Run),
            ["#!who"] = ("the names of the variables", Listing.Who),
            ["#!whos"] = ("the variables with type and value", Listing.Whos),
            ["#!lsmagic"] = ("this list", Listing.Magic),
        };

    /// <summary>Every name that may begin a line, with a word on it.</summary>
    public static IEnumerable<(string Name, string Help)> Known => All.Select(one => (one.Key, one.Value.Help)).Append(("#!time", "prints how long the cell took"))
        .Concat(CellText.Languages.Select(one => (one.Key, $"what follows is {one.Value}")));

    public static Task Run(DirectiveCall call) => All.TryGetValue(call.Part.Name, out var known)
        ? known.Run(call)
        : throw call.Error($"'{call.Part.Name}' is not known here. #!lsmagic lists what is: {string.Join(", ", Known.Select(one => one.Name))}.");

    /// <summary>Offers for a directive at the cursor, or null where the cursor is in code.</summary>
    public static CompletionList? Complete(string code, int cursor)
    {
        var start = cursor == 0 ? 0 : code.LastIndexOf('\n', cursor - 1) + 1;
        var typed = code[start..cursor];
        if (!typed.StartsWith('#') || typed.Contains(' ')) return null;
        var fitting = Known.Where(one => one.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Select(one => new CompletionItem(one.Name, "keyword", one.Help));
        return new CompletionList([.. fitting], start, cursor);
    }
}
