using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MimKit.Notebook;

/// <summary>One offer for the word at the cursor.</summary>
/// <param name="Text">What replaces the word.</param>
/// <param name="Kind">function, class, property, field, keyword … as front ends name them.</param>
/// <param name="Signature">The declaration in short.</param>
sealed record CompletionItem(string Text, string Kind, string Signature);

/// <summary>What could stand at the cursor, and the span it would replace (UTF-16).</summary>
sealed record CompletionList(IReadOnlyList<CompletionItem> Items, int Start, int End);

/// <summary>Completes names from the compiler's view of a draft.</summary>
static class Completion
{
    const int Most = 1000;                                 // more helps nobody and makes front ends slow

    static readonly string[] Keywords =
    [
        .. SyntaxFacts.GetKeywordKinds().Select(SyntaxFacts.GetText).Where(word => word.Length > 1 && char.IsLetter(word[0]) && !word.StartsWith("__")), "var", "async", "await", "record",
    ];

    public static CompletionList At(Draft draft)
    {
        var word = draft.Word;
        var (start, end) = word is { } found ? (found.SpanStart, found.Span.End) : (draft.Cursor, draft.Cursor);
        if (IsText(draft)) return new CompletionList([], start, end);
        var prefix = draft.Text[start..draft.Cursor];
        var items = (draft.Left.IsKind(SyntaxKind.DotToken) ? Members(draft) : Names(draft, prefix)).Where(item => Fits(item.Text, prefix))
            .DistinctBy(item => item.Text).OrderByDescending(item => item.Text.StartsWith(prefix, StringComparison.Ordinal)).Take(Most);
        return new CompletionList([.. items], start, end);
    }

    static bool IsText(Draft draft)
    {
        var at = Math.Max(0, draft.Cursor - 1);
        var token = draft.Root.FindToken(at);
        return token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.NumericLiteralToken
                && token.SpanStart < draft.Cursor && draft.Cursor <= token.Span.End
            || draft.Root.FindTrivia(at).Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia;
    }

    static IEnumerable<CompletionItem> Members(Draft draft)
    {
        if (draft.Owner is not { } owner) return [];
        var (symbol, type) = draft.Meaning(owner);
        if (symbol is INamespaceOrTypeSymbol container and not ITypeParameterSymbol)
            return draft.Model.LookupSymbols(draft.Cursor, container).Where(member => container is INamespaceSymbol || member.IsStatic || member is INamedTypeSymbol).SelectMany(Item).Order(ByName);
        return type is null ? [] : draft.Model.LookupSymbols(draft.Cursor, type, includeReducedExtensionMethods: true)
            .Where(member => !member.IsStatic && member is not INamedTypeSymbol).SelectMany(Item).Order(ByName);
    }

    // What the notebook has declared comes first, then keywords, then the rest.
    static IEnumerable<CompletionItem> Names(Draft draft, string prefix)
    {
        var symbols = draft.Model.LookupSymbols(draft.Cursor).Where(symbol => Fits(symbol.Name, prefix)).ToLookup(IsOfTheNotebook);
        return symbols[true].SelectMany(Item).Order(ByName)
            .Concat(Keywords.Where(word => Fits(word, prefix)).Select(word => new CompletionItem(word, "keyword", word)))
            .Concat(symbols[false].SelectMany(Item).Order(ByName));
    }

    static readonly Comparer<CompletionItem> ByName = Comparer<CompletionItem>.Create((a, b) => string.CompareOrdinal(a.Text, b.Text));

    static bool IsOfTheNotebook(ISymbol symbol) => symbol.Locations.Any(place => place.IsInSource);

    static bool Fits(string name, string prefix) => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    static IEnumerable<CompletionItem> Item(ISymbol symbol)
    {
        if (!symbol.CanBeReferencedByName || symbol.Name.StartsWith('<') || IsHidden(symbol)) yield break;
        yield return new CompletionItem(symbol.Name, KindOf(symbol), symbol.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
    }

    static bool IsHidden(ISymbol symbol) => symbol.GetAttributes().Any(attribute =>
        attribute.AttributeClass?.Name == "EditorBrowsableAttribute" && attribute.ConstructorArguments is [{ Value: 1 }]);

    static string KindOf(ISymbol symbol) => symbol switch
    {
        IMethodSymbol => "function",
        IPropertySymbol => "property",
        IFieldSymbol { ContainingType.IsScriptClass: true } or ILocalSymbol or IParameterSymbol => "instance",
        IFieldSymbol { IsConst: true } => "constant",
        IFieldSymbol => "field",
        IEventSymbol => "event",
        INamespaceSymbol => "module",
        INamedTypeSymbol { TypeKind: TypeKind.Enum } => "enum",
        INamedTypeSymbol { TypeKind: TypeKind.Interface } => "interface",
        INamedTypeSymbol { TypeKind: TypeKind.Struct } => "struct",
        _ => "class",
    };
}
