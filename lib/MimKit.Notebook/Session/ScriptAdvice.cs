using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace MimKit.Notebook;

/// <summary>What C# scripts cannot do, in plain words, for the errors that its users ask about most.</summary>
static partial class ScriptAdvice
{
    /// <summary>A sentence on the error, or null where the compiler's own words are enough.</summary>
    public static string? For(Diagnostic error, string? line)
    {
        var message = error.GetMessage();
        if (Using().IsMatch(line ?? ""))
            return "The top level of a cell knows no `using var x = …;`: write `using (var x = …) { … }`, or put the code into a function.";
        return error.Id switch
        {
            "CS7021" => "A cell cannot declare a namespace: declare the types directly.",
            "CS1109" => "In a cell a class is nested, and extension methods cannot be: write the method without its class, `static int F(this int x) => …;`.",
            "CS8345" or "CS4007" => "Variables of a cell are kept as fields, and a Span cannot be a field: use it inside a function, or take an array or Memory<T>.",
            "CS7017" or "CS7022" => "A cell has no Main: write the statements directly.",
            "CS1024" => "Lines with #r and #! belong at the top of a cell, above the code.",
            "CS0029" or "CS0266" or "CS1503" or "CS0030" or "CS0019" when message.Contains("[cell") || SameName().IsMatch(message) =>
                "A class whose cell has run again is a new class, and the values made before are of the old one: run the cells that make them again.",
            _ => null,
        };
    }

    [GeneratedRegex(@"^\s*(await\s+)?using\s+(var|[\w<>\[\],.?]+)\s+\w+\s*=")]
    private static partial Regex Using();

    [GeneratedRegex(@"'([\w.<>]+)' to '\1'")]
    private static partial Regex SameName();
}
