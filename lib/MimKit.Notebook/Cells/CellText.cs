using System.Text.RegularExpressions;

namespace MimKit.Notebook;

/// <summary>One part of a cell, in the order in which it takes effect.</summary>
/// <param name="Line">Its first line in the cell, from 1.</param>
/// <param name="Text">That line.</param>
abstract record CellPart(int Line, string Text);

/// <summary>A line that speaks to the notebook: <c>#r "nuget: X"</c>, <c>#!share --from python x</c>.</summary>
/// <param name="Name">Such as #r.</param>
/// <param name="Arguments">What follows it.</param>
/// <param name="Language">The language of the lines around it.</param>
sealed record DirectivePart(int Line, string Text, string Name, string Arguments, string Language) : CellPart(Line, Text);

/// <summary>Code of one language.</summary>
/// <param name="Language">As <see cref="CellText.Languages"/> names it.</param>
/// <param name="Code">Padded with empty lines, so that its line numbers are the cell's.</param>
/// <param name="Arguments">What follows the language's own line.</param>
sealed record CodePart(int Line, string Text, string Language, string Code, string Arguments) : CellPart(Line, Text);

/// <summary>A cell's text as parts: lines that begin with <c>#!</c>, <c>#r</c>, <c>#i</c> or <c>#load</c>, and the code between them.</summary>
/// <param name="Parts">In order; parts without code are left out.</param>
/// <param name="Time">The cell asks for its wall time.</param>
sealed partial record CellText(IReadOnlyList<CellPart> Parts, bool Time)
{
    /// <summary>What each language's line may be called.</summary>
    public static readonly IReadOnlyDictionary<string, string> Languages = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["#!csharp"] = "csharp", ["#!c#"] = "csharp", ["#!fsharp"] = "fsharp", ["#!f#"] = "fsharp", ["#!python"] = "python", ["#!sh"] = "sh", ["#!bash"] = "sh",
        ["#!html"] = "html", ["#!javascript"] = "javascript", ["#!js"] = "javascript", ["#!markdown"] = "markdown", ["#!md"] = "markdown", ["#!mermaid"] = "mermaid",
    };

    public static CellText Read(string code)
    {
        var lines = code.ReplaceLineEndings("\n").Split('\n');
        var reader = new Reader();
        for (var i = 0; i < lines.Length; i++)
            if (DirectiveLine().Match(lines[i]) is { Success: true } match) reader.Directive(i + 1, lines[i], match.Groups[1].Value, match.Groups[2].Value.Trim());
            else reader.Code(lines[i]);
        reader.End();
        return new CellText(reader.Parts, reader.Time);
    }

    /// <summary>The cell as C#: what is not C# is overwritten by blanks, so that positions hold.</summary>
    public static string Blank(string code)
    {
        var language = "csharp";
        return AnyLine().Replace(code, line =>
        {
            var match = DirectiveLine().Match(line.Value);
            if (match.Success) language = Languages.GetValueOrDefault(match.Groups[1].Value, language);
            return match.Success || language != "csharp" ? new string(' ', line.Length) : line.Value;
        });
    }

    sealed class Reader
    {
        readonly List<string> _lines = [];
        (int Line, string Text, string Language, string Arguments) _head = (1, "", "csharp", "");

        public List<CellPart> Parts { get; } = [];

        public bool Time { get; private set; }

        public void Code(string line) => _lines.Add(line);

        public void Directive(int line, string text, string name, string arguments)
        {
            if (name == "#!time")
            {
                Time = true;
                _lines.Add("");
                return;
            }
            End();
            if (Languages.TryGetValue(name, out var language)) _head = (line, text, language, arguments);
            else Parts.Add(new DirectivePart(line, text, name, arguments, _head.Language));
            _lines.Clear();
            _lines.AddRange(Enumerable.Repeat("", line));
        }

        public void End()
        {
            if (_lines.Any(line => !string.IsNullOrWhiteSpace(line))) Parts.Add(new CodePart(_head.Line, _head.Text, _head.Language, string.Join('\n', _lines), _head.Arguments));
        }
    }

    [GeneratedRegex(@"^[ \t]*(#![a-zA-Z#][\w#-]*|#r(?=\s*"")|#i(?=\s*"")|#load\b)(.*)$")]
    private static partial Regex DirectiveLine();

    [GeneratedRegex(@"[^\r\n]+")]
    private static partial Regex AnyLine();
}
