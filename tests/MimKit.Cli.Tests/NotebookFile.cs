using System.Text.Json;

namespace MimKit.Cli.Tests;

/// <summary>Small notebooks: a title, a parameters cell, then the given code cells.</summary>
static class NotebookFile
{
    public static string Write(TemporaryFolder folder, string name, params string[] cells)
    {
        var path = folder.At(name + ".ipynb");
        var list = new List<object> { Markdown("title", "# A small notebook"), Code("parameters", "var scale = \"smoke\"; var seeds = 1;", "parameters") };
        list.AddRange(cells.Select((source, i) => Code($"cell-{i}", source)));
        File.WriteAllText(path, JsonSerializer.Serialize(new { nbformat = 4, nbformat_minor = 5, metadata = new { }, cells = list }));
        return path;
    }

    static object Markdown(string id, string source) => new { cell_type = "markdown", id, metadata = new { }, source };

    static object Code(string id, string source, params string[] tags) =>
        new { cell_type = "code", id, metadata = new { tags }, execution_count = (int?)null, outputs = Array.Empty<object>(), source };
}
