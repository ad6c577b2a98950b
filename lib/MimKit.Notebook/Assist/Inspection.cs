using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MimKit.Notebook;

/// <summary>Says what the name at the cursor is: its declaration, all overloads of a call, and its documentation.</summary>
static class Inspection
{
    const int MostOverloads = 12;

    static readonly SymbolDisplayFormat Declaration = SymbolDisplayFormat.MinimallyQualifiedFormat
        .WithMemberOptions(SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeContainingType
            | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeConstantValue)
        .WithParameterOptions(SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue
            | SymbolDisplayParameterOptions.IncludeParamsRefOut)
        .WithKindOptions(SymbolDisplayKindOptions.IncludeTypeKeyword | SymbolDisplayKindOptions.IncludeNamespaceKeyword);

    /// <summary>Markdown on the name at the cursor or the call around it, or null where there is neither.</summary>
    public static string? At(Draft draft, XmlDocs docs)
    {
        var symbols = OfName(draft);
        if (symbols.Count == 0) symbols = OfCall(draft);
        if (symbols.Count == 0) return null;

        var text = new StringBuilder("```csharp\n");
        foreach (var symbol in symbols.Take(MostOverloads)) text.AppendLine(symbol.ToDisplayString(Declaration));
        if (symbols.Count > MostOverloads) text.AppendLine($"// and {symbols.Count - MostOverloads} more overloads");
        text.AppendLine("```");
        return text.Append(symbols.Select(docs.Find).FirstOrDefault(found => found is not null)).ToString().Trim();
    }

    static IReadOnlyList<ISymbol> OfName(Draft draft)
    {
        var token = draft.Word ?? draft.Root.FindToken(Math.Min(draft.Cursor, draft.Root.FullSpan.End));
        if (!token.IsKind(SyntaxKind.IdentifierToken) || !token.Span.IntersectsWith(draft.Cursor) || token.Parent is not { } node) return [];
        if (draft.Model.GetDeclaredSymbol(node) is { } declared) return [declared];

        var named = node is SimpleNameSyntax { Parent: MemberAccessExpressionSyntax access } && access.Name == node ? access : node;
        if (named.Parent is ObjectCreationExpressionSyntax creation && creation.Type == named && creation.ArgumentList is not null) return Constructors(draft, creation);
        var chosen = draft.Model.GetSymbolInfo(named).Symbol;
        var group = draft.Model.GetMemberGroup(named);
        if (chosen is null && group.IsEmpty && draft.Meaning(named) is { } meaning) chosen = meaning.Symbol ?? meaning.Type;
        return chosen is IErrorTypeSymbol ? [] : ChosenFirst(chosen, group);
    }

    static IReadOnlyList<ISymbol> OfCall(Draft draft)
    {
        var list = draft.Left.Parent?.AncestorsAndSelf().OfType<ArgumentListSyntax>().FirstOrDefault(list => list.OpenParenToken.Span.End <= draft.Cursor);
        return list?.Parent switch
        {
            InvocationExpressionSyntax call => ChosenFirst(draft.Model.GetSymbolInfo(call).Symbol, draft.Model.GetMemberGroup(call.Expression)),
            BaseObjectCreationExpressionSyntax creation => Constructors(draft, creation),
            _ => [],
        };
    }

    static IReadOnlyList<ISymbol> Constructors(Draft draft, BaseObjectCreationExpressionSyntax creation)
    {
        var type = draft.Model.GetTypeInfo(creation).Type as INamedTypeSymbol;
        return ChosenFirst(draft.Model.GetSymbolInfo(creation).Symbol, type?.InstanceConstructors.Where(one => one.DeclaredAccessibility == Accessibility.Public) ?? []);
    }

    static IReadOnlyList<ISymbol> ChosenFirst(ISymbol? chosen, IEnumerable<ISymbol> all) =>
        [.. (chosen is null ? [] : new[] { chosen }).Concat(all.Where(other => !SymbolEqualityComparer.Default.Equals(other, chosen)))];
}
