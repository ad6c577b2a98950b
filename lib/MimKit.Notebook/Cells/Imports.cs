namespace MimKit.Notebook;

/// <summary><c>#load "file.cs"</c> and <c>#!import notebook.ipynb</c>: the file's code runs as if it stood in the cell.</summary>
static class Imports
{
    public static async Task Run(DirectiveCall call)
    {
        var path = Path.GetFullPath(call.Target, call.Cell.Options.BaseFolder);
        if (!File.Exists(path)) throw call.Error($"The file {path} does not exist. Relative paths start at {call.Cell.Options.BaseFolder}.");
        foreach (var code in Path.GetExtension(path) switch
        {
            ".cs" or ".csx" => [File.ReadAllText(path)],
            ".ipynb" => Cells(path, call),
            var other => throw call.Error($"'{other}' is no kind of file that can be imported: C# (.cs, .csx) and notebooks (.ipynb) can."),
        })
            await call.Cell.Import(Path.GetFileName(path), code, call.Sink, call.Cancellation).ConfigureAwait(false);
    }

    static IEnumerable<string> Cells(string path, DirectiveCall call)
    {
        try { return [.. NotebookDocument.Load(path).CodeCells.Select(cell => cell.Source)]; }
        catch (NotebookFormatException e) { throw call.Error(e.Message); }
    }
}
