using System.Text.Json;
using System.Text.RegularExpressions;

namespace MimKit.Cli.Tests;

/// <summary>How every notebook of the repository is stored.</summary>
public sealed partial class NotebookHygieneTests
{
    const int MostLines = 20;

    public static TheoryData<string> Notebooks =>
        [.. Directory.GetFiles(Home.At("notebooks"), "*.ipynb", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Home.At("notebooks"), path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Notebooks))]
    public void The_notebook_is_stored_clean(string name)
    {
        using var notebook = JsonDocument.Parse(File.ReadAllText(Home.At("notebooks", name)));
        var root = notebook.RootElement;
        Assert.Equal((4, 5), (root.GetProperty("nbformat").GetInt32(), root.GetProperty("nbformat_minor").GetInt32()));
        Assert.Equal(".net-csharp", root.GetProperty("metadata").GetProperty("kernelspec").GetProperty("name").GetString());

        var cells = root.GetProperty("cells").EnumerateArray().ToList();
        var ids = cells.Select(cell => cell.GetProperty("id").GetString()!).ToList();
        Assert.All(ids, id => Assert.Matches(CellId(), id));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Single(cells, IsParameters);
        Assert.All(cells.Where(cell => cell.GetProperty("cell_type").GetString() == "code"), cell =>
        {
            Assert.Equal((0, JsonValueKind.Null), (cell.GetProperty("outputs").GetArrayLength(), cell.GetProperty("execution_count").ValueKind));
            Assert.True(cell.GetProperty("source").GetArrayLength() <= MostLines, $"Cell {cell.GetProperty("id")} has more than {MostLines} lines.");
        });
    }

    static bool IsParameters(JsonElement cell) =>
        cell.GetProperty("metadata").TryGetProperty("tags", out var tags) && tags.EnumerateArray().Any(tag => tag.GetString() == "parameters");

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex CellId();
}
