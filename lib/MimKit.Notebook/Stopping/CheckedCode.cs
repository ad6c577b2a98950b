using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MimKit.Notebook;

/// <summary>
/// Writes <see cref="CellChecks"/> into a cell's loops and functions. No line is added or removed, so that line numbers hold; where the
/// result does not compile the cell is compiled as it was written.
/// </summary>
sealed class CheckedCode : CSharpSyntaxWalker
{
    const string Checks = "global::MimKit.Notebook.CellChecks.";
    const string Loop = Checks + "Loop();";
    const string Function = Checks + "Function();";

    readonly List<(int At, int Removed, string Text)> _edits = [];
    readonly Dictionary<int, int> _closing = [];           // how many bodies without braces end at a place

    /// <summary>The cell's text with the checks in it.</summary>
    public static string Of(string code, CSharpParseOptions options)
    {
        var walker = new CheckedCode();
        walker.Visit(CSharpSyntaxTree.ParseText(code, options).GetRoot());
        return walker.Apply(code);
    }

    // Stable: where several start at one place, the outer one was found first.
    string Apply(string code)
    {
        var text = new StringBuilder();
        var at = 0;
        foreach (var edit in _edits.OrderBy(edit => edit.At))
        {
            text.Append(code, at, edit.At - at).Append(edit.Text);
            at = edit.At + edit.Removed;
        }
        return text.Append(code, at, code.Length - at).ToString();
    }

    void Insert(int at, string text) => _edits.Add((at, 0, text));

    public override void VisitForStatement(ForStatementSyntax node) { Body(node.Statement); base.VisitForStatement(node); }

    public override void VisitForEachStatement(ForEachStatementSyntax node) { Body(node.Statement); base.VisitForEachStatement(node); }

    public override void VisitForEachVariableStatement(ForEachVariableStatementSyntax node) { Body(node.Statement); base.VisitForEachVariableStatement(node); }

    public override void VisitWhileStatement(WhileStatementSyntax node) { Body(node.Statement); base.VisitWhileStatement(node); }

    public override void VisitDoStatement(DoStatementSyntax node) { Body(node.Statement); base.VisitDoStatement(node); }

    public override void VisitLabeledStatement(LabeledStatementSyntax node)
    {
        Insert(node.ColonToken.Span.End, Loop);
        base.VisitLabeledStatement(node);
    }

    void Body(StatementSyntax body)
    {
        if (body is BlockSyntax block) Insert(block.OpenBraceToken.Span.End, Loop);
        else
        {
            Insert(body.SpanStart, "{" + Loop);
            _closing[body.Span.End] = _closing.GetValueOrDefault(body.Span.End) + 1;
        }
    }

    public override void Visit(SyntaxNode? node)
    {
        base.Visit(node);
        if (node is not CompilationUnitSyntax) return;
        foreach (var (at, braces) in _closing) Insert(at, new string('}', braces));
    }

    public override void VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        Body(node.Body, node.ExpressionBody, node.SemicolonToken, ReturnsNothing(node.ReturnType, node.Modifiers));
        base.VisitMethodDeclaration(node);
    }

    public override void VisitLocalFunctionStatement(LocalFunctionStatementSyntax node)
    {
        Body(node.Body, node.ExpressionBody, node.SemicolonToken, ReturnsNothing(node.ReturnType, node.Modifiers));
        base.VisitLocalFunctionStatement(node);
    }

    public override void VisitOperatorDeclaration(OperatorDeclarationSyntax node)
    {
        Body(node.Body, node.ExpressionBody, node.SemicolonToken, ReturnsNothing(node.ReturnType, node.Modifiers));
        base.VisitOperatorDeclaration(node);
    }

    public override void VisitConversionOperatorDeclaration(ConversionOperatorDeclarationSyntax node)
    {
        Body(node.Body, node.ExpressionBody, node.SemicolonToken, nothing: false);
        base.VisitConversionOperatorDeclaration(node);
    }

    public override void VisitConstructorDeclaration(ConstructorDeclarationSyntax node)
    {
        Body(node.Body, node.ExpressionBody, node.SemicolonToken, nothing: true);
        base.VisitConstructorDeclaration(node);
    }

    public override void VisitAccessorDeclaration(AccessorDeclarationSyntax node)
    {
        Body(node.Body, node.ExpressionBody, node.SemicolonToken, nothing: !node.IsKind(SyntaxKind.GetAccessorDeclaration));
        base.VisitAccessorDeclaration(node);
    }

    public override void VisitPropertyDeclaration(PropertyDeclarationSyntax node)
    {
        Getter(node.ExpressionBody, node.SemicolonToken);
        base.VisitPropertyDeclaration(node);
    }

    public override void VisitIndexerDeclaration(IndexerDeclarationSyntax node)
    {
        Getter(node.ExpressionBody, node.SemicolonToken);
        base.VisitIndexerDeclaration(node);
    }

    public override void VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node)
    {
        Body(node.Block, null, default, nothing: false);
        base.VisitParenthesizedLambdaExpression(node);
    }

    public override void VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node)
    {
        Body(node.Block, null, default, nothing: false);
        base.VisitSimpleLambdaExpression(node);
    }

    public override void VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node)
    {
        Body(node.Block, null, default, nothing: false);
        base.VisitAnonymousMethodExpression(node);
    }

    public override void VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (node.Expression.ToString() is "Environment.Exit" or "System.Environment.Exit")
            _edits.Add((node.Expression.SpanStart, node.Expression.Span.Length, Checks + "Exit"));
        base.VisitInvocationExpression(node);
    }

    void Body(BlockSyntax? block, ArrowExpressionClauseSyntax? arrow, SyntaxToken semicolon, bool nothing)
    {
        if (block is not null) Insert(block.OpenBraceToken.Span.End, Function);
        else if (arrow is not null) Arrow(arrow, semicolon, Start(arrow, nothing), "}");
    }

    void Getter(ArrowExpressionClauseSyntax? arrow, SyntaxToken semicolon)
    {
        if (arrow is not null) Arrow(arrow, semicolon, "{get" + Start(arrow, nothing: false), "}}");
    }

    static string Start(ArrowExpressionClauseSyntax arrow, bool nothing) => "{" + Function + (nothing || arrow.Expression is ThrowExpressionSyntax ? "" : "return ");

    void Arrow(ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon, string start, string end)
    {
        if (semicolon.IsMissing) return;
        _edits.Add((arrow.ArrowToken.SpanStart, arrow.ArrowToken.Span.Length, start));
        Insert(semicolon.Span.End, end);
    }

    static bool ReturnsNothing(TypeSyntax type, SyntaxTokenList modifiers) =>
        type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword } || modifiers.Any(SyntaxKind.AsyncKeyword) && type is (IdentifierNameSyntax or QualifiedNameSyntax { Right: IdentifierNameSyntax });
}
