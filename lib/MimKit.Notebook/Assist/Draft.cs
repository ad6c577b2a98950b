using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MimKit.Notebook;

/// <summary>A cell as it is being typed: its syntax and what its names mean after the cells that have run.</summary>
/// <param name="Text">C# with the lines of directives blanked, so that positions hold.</param>
/// <param name="Model">The compiler's view of it.</param>
/// <param name="Cursor">Position in UTF-16 units.</param>
sealed record Draft(string Text, SemanticModel Model, int Cursor)
{
    public SyntaxNode Root { get; } = Model.SyntaxTree.GetRoot();

    /// <summary>The identifier or keyword that touches the cursor from the left, or null.</summary>
    public SyntaxToken? Word
    {
        get
        {
            if (Cursor == 0) return null;
            var token = Root.FindToken(Cursor - 1);
            var isWord = token.IsKind(SyntaxKind.IdentifierToken) || SyntaxFacts.IsKeywordKind(token.Kind());
            return isWord && token.SpanStart < Cursor && Cursor <= token.Span.End ? token : null;
        }
    }

    /// <summary>The token left of the cursor and of the word at it.</summary>
    public SyntaxToken Left
    {
        get
        {
            if (Word is { } word) return word.GetPreviousToken();
            var token = Root.FindToken(Math.Max(0, Cursor - 1));
            return token.SpanStart < Cursor ? token : token.GetPreviousToken();
        }
    }

    /// <summary>What stands left of a dot: its symbol and its type, each where there is one. Unfinished code is often misread, so the text is tried alone too.</summary>
    public (ISymbol? Symbol, ITypeSymbol? Type) Meaning(SyntaxNode expression)
    {
        var (symbol, type) = (Model.GetSymbolInfo(expression).Symbol, Model.GetTypeInfo(expression).Type);
        if (symbol is not null || type is not null and not IErrorTypeSymbol) return (symbol, type);
        var alone = SyntaxFactory.ParseExpression(expression.ToString());
        symbol = Model.GetSpeculativeSymbolInfo(expression.SpanStart, alone, SpeculativeBindingOption.BindAsExpression).Symbol;
        type = Model.GetSpeculativeTypeInfo(expression.SpanStart, alone, SpeculativeBindingOption.BindAsExpression).Type;
        return (symbol, type);
    }

    /// <summary>The node left of the dot before the cursor, or null where there is no dot.</summary>
    public SyntaxNode? Owner => Left.Parent switch
    {
        MemberAccessExpressionSyntax access when access.OperatorToken == Left => access.Expression,
        QualifiedNameSyntax name when name.DotToken == Left => name.Left,
        MemberBindingExpressionSyntax binding when binding.OperatorToken == Left =>
            binding.Ancestors().OfType<ConditionalAccessExpressionSyntax>().FirstOrDefault(access => access.WhenNotNull.Span.Contains(binding.Span))?.Expression,
        _ => null,
    };

    /// <summary>Front ends count Unicode characters, the compiler UTF-16 units.</summary>
    public static int ToUtf16(string text, int characters)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (characters-- <= 0) break;
            at += rune.Utf16SequenceLength;
        }
        return at;
    }

    /// <summary>The other way.</summary>
    public static int ToCharacters(string text, int utf16) => text.AsSpan(0, utf16).EnumerateRunes().Count();
}

file static class Runes
{
    public static int Count(this SpanRuneEnumerator runes)
    {
        var count = 0;
        foreach (var _ in runes) count++;
        return count;
    }
}
