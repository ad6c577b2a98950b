using System.Text.RegularExpressions;

namespace MimKit.Notebook;

/// <summary>The lines above a cell's code that speak to the notebook and not to C#: <c>#r</c>, <c>#!time</c>, <c>#!csharp</c>.</summary>
/// <param name="Code">The cell with those lines emptied, so that line numbers hold.</param>
/// <param name="References">Libraries named by <c>#r "path"</c>, as full paths.</param>
/// <param name="Time">The cell asks for its wall time.</param>
sealed partial record Directives(string Code, IReadOnlyList<string> References, bool Time)
{
    static readonly string[] Names = ["#r", "#!time", "#!csharp"];
    const string Known = "#r \"library.dll\", #r \"nuget: NAME\" for a package that is already here, #!time and #!csharp";

    public static Directives Read(string code, SessionOptions options)
    {
        var lines = code.ReplaceLineEndings("\n").Split('\n');
        var references = new List<string>();
        var time = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line.StartsWith("//")) continue;
            if (!Magic().IsMatch(line)) break;            // the code begins
            if (line is "#!time") time = true;
            else if (Reference().Match(line) is { Success: true } match) Refer(match.Groups[1].Value, i, lines[i], references, options);
            else if (line is not ("#!csharp" or "#!c#" or "#!C#")) throw Unknown(line, i, lines[i]);
            lines[i] = "";
        }
        return new Directives(string.Join('\n', lines), references, time);
    }

    /// <summary>The cell with the lines of directives overwritten by blanks, so that positions hold.</summary>
    public static string Blank(string code) => DirectiveLine().Replace(code, line => new string(' ', line.Length));

    /// <summary>Offers for a directive at the cursor, or null where the cursor is in code.</summary>
    public static CompletionList? Complete(string code, int cursor)
    {
        var start = cursor == 0 ? 0 : code.LastIndexOf('\n', cursor - 1) + 1;
        var typed = code[start..cursor];
        if (!typed.StartsWith('#') || typed.Contains(' ')) return null;
        var fitting = Names.Where(name => name.StartsWith(typed, StringComparison.Ordinal)).Select(name => new CompletionItem(name, "keyword", name));
        return new CompletionList([.. fitting], start, cursor);
    }

    static void Refer(string target, int line, string text, List<string> references, SessionOptions options)
    {
        if (target.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase))
        {
            var package = target["nuget:".Length..].Split(',')[0].Trim();
            if (options.ProvidedPackages.Contains(package, StringComparer.OrdinalIgnoreCase)) return;
            throw Error(line, text, $"The package '{package}' is not part of this session, and packages are not fetched while a notebook runs. " +
                $"Here already: {Listed(options.ProvidedPackages)}. Otherwise build the library and use #r \"path/to/library.dll\".");
        }
        var path = Path.GetFullPath(target, options.BaseFolder);
        if (!File.Exists(path)) throw Error(line, text, $"The library {path} does not exist. Relative paths start at {options.BaseFolder}.");
        references.Add(path);
    }

    static CellException Unknown(string directive, int line, string text) =>
        Error(line, text, directive.StartsWith("#load")
            ? "#load is not supported: put the code into a cell, or build it as a library and use #r \"library.dll\"."
            : $"'{directive.Split(' ')[0]}' is not known here. Known are {Known}; cells are C# only.");

    static CellException Error(int line, string text, string message) =>
        new(new CellError(CellErrorKind.Directive, 0, "Directive", message, line + 1, 1, text, [$"line {line + 1}: {message}", "    " + text.Trim()]));

    static string Listed(IReadOnlyList<string> packages) => packages.Count == 0 ? "none" : string.Join(", ", packages);

    [GeneratedRegex(@"^[ \t]*#(!|r\b|load\b|i\b)[^\r\n]*", RegexOptions.Multiline)]
    private static partial Regex DirectiveLine();

    [GeneratedRegex("""^#(!|r\b|load\b|i\b)""")]
    private static partial Regex Magic();

    [GeneratedRegex("""^#r\s+"([^"]+)"\s*(//.*)?$""")]
    private static partial Regex Reference();
}
