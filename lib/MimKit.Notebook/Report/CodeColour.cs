using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MimKit.Notebook;

/// <summary>C# as HTML with a light hand: keywords, types, strings, numbers and comments.</summary>
static class CodeColour
{
    public static string Html(string code)
    {
        var root = CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script)).GetRoot();
        var html = new StringBuilder();
        foreach (var token in root.DescendantTokens(descendIntoTrivia: false))
        {
            foreach (var trivia in token.LeadingTrivia) Append(html, trivia.ToFullString(), IsComment(trivia) ? "c" : trivia.IsDirective ? "d" : null);
            Append(html, token.Text, Class(token));
            foreach (var trivia in token.TrailingTrivia) Append(html, trivia.ToFullString(), IsComment(trivia) ? "c" : null);
        }
        return html.ToString();
    }

    static void Append(StringBuilder html, string text, string? style)
    {
        var encoded = WebUtility.HtmlEncode(text);
        html.Append(style is null || text.Length == 0 ? encoded : $"<span class=\"{style}\">{encoded}</span>");
    }

    static bool IsComment(SyntaxTrivia trivia) => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
        or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia;

    static string? Class(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.NumericLiteralToken => "n",
        SyntaxKind.IdentifierToken => token.Text is "var" or "await" ? "k" : IsType(token) ? "t" : null,
        SyntaxKind.CharacterLiteralToken => "s",
        var kind when kind.ToString().Contains("String") && kind is not SyntaxKind.StringKeyword => "s",
        _ => token.IsKeyword() ? "k" : null,
    };

    // Without compiling, a name is a type where the grammar expects one.
    static bool IsType(SyntaxToken token) => token.Parent switch
    {
        BaseTypeDeclarationSyntax declaration => declaration.Identifier == token,
        SimpleNameSyntax { Parent: var parent } name => parent switch
        {
            ObjectCreationExpressionSyntax creation => creation.Type == name,
            VariableDeclarationSyntax declaration => declaration.Type == name,
            ParameterSyntax parameter => parameter.Type == name,
            MethodDeclarationSyntax method => method.ReturnType == name,
            LocalFunctionStatementSyntax function => function.ReturnType == name,
            CastExpressionSyntax cast => cast.Type == name,
            TypeArgumentListSyntax or BaseTypeSyntax or ArrayTypeSyntax or NullableTypeSyntax => true,
            _ => false,
        },
        _ => false,
    };
}
