using System.Text.Json;

namespace MimKit.Cli.Tests;

/// <summary>Every notebook of the repository runs top to bottom at its smallest scale.</summary>
public sealed class NotebookSmokeTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Notebooks => [.. Directory.GetFiles(Home.At("notebooks"), "*.ipynb").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Notebooks))]
    public void The_notebook_runs_at_smoke_and_its_report_is_whole(string notebook)
    {
        var said = Cli.Start(["run", Home.At("notebooks", notebook), "-p", "scale=smoke", "--out", _folder.At("out")]).End();
        Assert.True(said.Code == 0, said.Out + said.Error);

        var name = _folder.At($"out/{Path.GetFileNameWithoutExtension(notebook)}");
        var report = File.ReadAllText(name + ".html");
        Assert.EndsWith("</html>", report.TrimEnd());
        using var executed = JsonDocument.Parse(File.ReadAllText(name + ".ipynb"));
        Assert.DoesNotContain(executed.RootElement.GetProperty("cells").EnumerateArray(), cell =>
            cell.GetProperty("cell_type").GetString() == "code" && cell.GetProperty("execution_count").ValueKind == JsonValueKind.Null);
        using var numbers = JsonDocument.Parse(File.ReadAllText(name + ".json"));
        Assert.NotEmpty(numbers.RootElement.GetProperty("tables").EnumerateArray());
    }
}
