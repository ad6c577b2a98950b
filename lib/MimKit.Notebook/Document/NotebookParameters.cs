using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MimKit.Notebook;

/// <summary>A parameter that the notebook does not have, or a value that does not fit it.</summary>
public sealed class ParameterException(string message) : Exception(message);

/// <summary>
/// The parameters of a notebook: in the code cell tagged <c>parameters</c>, each variable that starts as a literal
/// (<c>var scale = "smoke"; var seeds = 1;</c>). A given value replaces the literal, and a comment keeps the notebook's own.
/// </summary>
public static class NotebookParameters
{
    const string Tag = "parameters";
    const string Note = "/* instead of ";

    /// <summary>Puts the given values in. Returns all parameters with the values that the notebook will use.</summary>
    /// <exception cref="ParameterException">A name is unknown, or a value is of another kind than the literal.</exception>
    public static IReadOnlyDictionary<string, JsonNode> Apply(NotebookDocument notebook, IReadOnlyDictionary<string, string> given)
    {
        var cell = notebook.CodeCells.FirstOrDefault(cell => cell.IsTagged(Tag));
        if (cell is null)
            return given.Count == 0 ? new Dictionary<string, JsonNode>()
                : throw new ParameterException($"The notebook has no parameters (no code cell tagged '{Tag}'), but '{given.Keys.First()}' was given.");

        var found = Find(cell.Source).ToDictionary(literal => literal.Name);
        foreach (var name in given.Keys.Where(name => !found.ContainsKey(name))) throw Unknown(name, found.Keys);

        var replaced = found.Values.Where(literal => given.ContainsKey(literal.Name)).ToDictionary(literal => literal.Name, literal => literal.Replace(given[literal.Name]));
        var source = cell.Source;
        foreach (var literal in found.Values.Where(literal => replaced.ContainsKey(literal.Name)).OrderByDescending(literal => literal.Span.Start))
            source = source.Remove(literal.Span.Start, literal.Span.Length).Insert(literal.Span.Start, replaced[literal.Name].Text + NoteOn(literal, source));
        if (source != cell.Source) cell.Source = source;
        return found.Values.ToDictionary(literal => literal.Name, literal => replaced.TryGetValue(literal.Name, out var by) ? by.Value : literal.Value);
    }

    static IEnumerable<Literal> Find(string source)
    {
        var tree = CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script));
        return tree.GetRoot().ChildNodes().SelectMany(member => member.DescendantNodes().OfType<VariableDeclaratorSyntax>())
            .Where(variable => variable.Parent?.Parent is FieldDeclarationSyntax && variable.Initializer is not null)
            .Select(variable => Literal.Of(variable.Identifier.Text, variable.Initializer!.Value)).OfType<Literal>();
    }

    // An executed notebook that is run again keeps the note of the first time.
    static string NoteOn(Literal literal, string source) =>
        source.AsSpan(literal.Span.End).TrimStart(' ').StartsWith(Note) ? "" : $" {Note}{literal.Text.Replace("*/", "* /")} */";

    static ParameterException Unknown(string name, IEnumerable<string> known) =>
        new($"The notebook has no parameter '{name}'. It has: {string.Join(", ", known)}.");

    /// <summary>One literal in the cell.</summary>
    sealed record Literal(string Name, string Text, object Plain, Microsoft.CodeAnalysis.Text.TextSpan Span)
    {
        public JsonNode Value => Plain switch
        {
            string text => text,
            bool flag => flag,
            int whole => whole,
            long whole => whole,
            float number => number,
            _ => (double)Plain,
        };

        public static Literal? Of(string name, ExpressionSyntax expression)
        {
            var negative = expression is PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression };
            var inner = negative ? ((PrefixUnaryExpressionSyntax)expression).Operand : expression;
            if (inner is not LiteralExpressionSyntax { Token.Value: string or bool or int or long or double or float } literal) return null;
            var plain = literal.Token.Value!;
            return new Literal(name, expression.ToString(), negative ? Negate(plain) : plain, expression.Span);
        }

        /// <summary>The given text as a literal of the same kind.</summary>
        public (string Text, JsonNode Value) Replace(string given) => Plain switch
        {
            string => (SymbolDisplay.FormatLiteral(given, quote: true), given),
            bool when bool.TryParse(given, out var flag) => (flag ? "true" : "false", flag),
            int when int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => (Invariant(whole), whole),
            long when long.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => (Invariant(whole) + "L", whole),
            double when Number(given) is { } number => (Invariant(number) + "d", number),
            float when Number(given) is { } number => (Invariant(number) + "f", number),
            _ => throw new ParameterException($"The parameter '{Name}' is {Kind} ({Text} in the notebook); '{given}' is not."),
        };

        static object Negate(object number) => number switch { int n => -n, long n => -n, double n => -n, float n => -n, _ => number };

        string Kind => Plain switch { bool => "true or false", int or long => "a whole number", _ => "a number" };

        static double? Number(string text) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

        static string Invariant(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
    }
}
