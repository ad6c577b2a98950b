namespace MimKit.Notebook;

/// <summary><c>#!who</c>, <c>#!whos</c> and <c>#!lsmagic</c>.</summary>
static class Listing
{
    public static Task Who(DirectiveCall call)
    {
        CellConsole.WriteLine(call.Sink, string.Join("  ", call.Cell.Submissions.Variables().Select(variable => variable.Name).Order(StringComparer.Ordinal)));
        return Task.CompletedTask;
    }

    public static Task Whos(DirectiveCall call) => Show(call, call.Cell.Submissions.Variables().OrderBy(variable => variable.Name, StringComparer.Ordinal)
        .Select(variable => new { variable.Name, Type = TypeNames.Of(variable.Type), variable.Value }).ToList());

    public static Task Magic(DirectiveCall call) => Show(call, Directive.Known.Select(one => new { Directive = one.Name, Meaning = one.Help }).ToList());

    static Task Show(DirectiveCall call, object table)
    {
        CellContext.Outside(() => call.Sink.Display(Formatter.Format(table), Guid.NewGuid().ToString("N")));
        return Task.CompletedTask;
    }
}
