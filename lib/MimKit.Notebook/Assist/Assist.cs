using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MimKit.Notebook;

/// <summary>Whether a cell can be run as it stands.</summary>
enum Completeness { Complete, Incomplete, Invalid }

/// <summary>Helps with a cell that is being typed, from the compiler's view of the cells that have run.</summary>
sealed class Assist(Submissions submissions)
{
    readonly XmlDocs _docs = new(submissions.PathOf);

    /// <summary>Offers for the word at the cursor (UTF-16), or for the directive.</summary>
    public CompletionList Complete(string code, int cursor) => Directive.Complete(code, cursor) ?? Completion.At(submissions.Draft(CellText.Blank(code), cursor));

    /// <summary>Markdown on the name at the cursor, or null.</summary>
    public string? Inspect(string code, int cursor) => Inspection.At(submissions.Draft(CellText.Blank(code), cursor), _docs);

    /// <summary>Whether Enter in a console should run the text or go on to another line.</summary>
    public static Completeness Judge(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(CellText.Blank(code), Built.Parse);
        if (!SyntaxFactory.IsCompleteSubmission(tree)) return Completeness.Incomplete;
        return tree.GetDiagnostics().Any(found => found.Severity == DiagnosticSeverity.Error) ? Completeness.Invalid : Completeness.Complete;
    }
}
