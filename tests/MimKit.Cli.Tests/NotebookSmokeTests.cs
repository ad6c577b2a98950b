using System.Text.Json;
using System.Text.RegularExpressions;

namespace MimKit.Cli.Tests;

/// <summary>
/// The notebooks of the repository run top to bottom at their smallest scale, and their reports are looked at in a browser: three of them in turn, those that
/// ran longest ago; all with MIMKIT_TEST_ALL=1. Solutions always run, and pass the checks of their chapter.
/// </summary>
public sealed partial class NotebookSmokeTests : IDisposable
{
    const int InTurn = 3;

    // a notebook's turn is over when it has passed: one empty file each, as old as that
    static readonly string Passed = Home.At(".build", "test", "notebooks-passed");

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Notebooks
    {
        get
        {
            var all = Files("notebooks");
            if (Environment.GetEnvironmentVariable("MIMKIT_TEST_ALL") is "1") return [.. all];
            return [.. all.OrderBy(notebook => File.GetLastWriteTimeUtc(Path.Combine(Passed, notebook))).ThenBy(notebook => notebook, StringComparer.Ordinal).Take(InTurn)];   // never passed: 1601
        }
    }

    public static TheoryData<string> Solutions => [.. Files("notebooks/solutions")];

    [Theory, MemberData(nameof(Notebooks))]
    public void The_notebook_runs_at_smoke_and_its_report_is_whole(string notebook)
    {
        var cells = Executed(notebook);
        var name = _folder.At($"out/{Path.GetFileNameWithoutExtension(notebook)}");
        Assert.EndsWith("</html>", File.ReadAllText(name + ".html").TrimEnd());
        using var numbers = JsonDocument.Parse(File.ReadAllText(name + ".json"));
        Assert.Empty(NumberRange.Of(notebook).Select(range => range.Broken(numbers.RootElement.GetProperty("tables"))).OfType<string>());
        Assert.All(cells.Where(HasTag("check")), cell => Assert.Contains("open", Said(cell)));        // nobody has answered yet
        if (ReportPage.Missing is null)                                                               // ReportPageTests say where it is not
        {
            var (problems, figures) = ReportPage.Look(name + ".html");
            Assert.Empty(problems);
            Assert.True(figures > 0, "The report has no chart.");
        }
        Directory.CreateDirectory(Passed);
        File.WriteAllText(Path.Combine(Passed, notebook), "");
    }

    [Theory, MemberData(nameof(Solutions))]
    public void The_solutions_pass_every_check_of_their_chapter(string solution)
    {
        var wanted = Cells(Home.At("notebooks", Path.GetFileName(solution))).Where(HasTag("check")).ToDictionary(Id, Source);
        var checks = Executed(solution).Where(HasTag("check")).ToList();
        Assert.Equal(wanted, checks.ToDictionary(Id, Source));
        Assert.All(checks, check => Assert.Matches(Right(), Said(check)));
    }

    [GeneratedRegex(@"✓ Exercise .*: right\.")]
    private static partial Regex Right();

    List<JsonElement> Executed(string notebook)
    {
        var said = Cli.Start(["run", Home.At("notebooks", notebook), "-p", "scale=smoke", "--out", _folder.At("out")]).End();
        Assert.True(said.Code == 0, said.Out + said.Error);
        var cells = Cells(_folder.At($"out/{Path.GetFileName(notebook)}"));
        Assert.DoesNotContain(cells, cell => cell.GetProperty("cell_type").GetString() == "code" && cell.GetProperty("execution_count").ValueKind == JsonValueKind.Null);
        return cells;
    }

    static List<string> Files(string folder) => [.. Directory.GetFiles(Home.At(folder), "*.ipynb").Select(path => Path.GetRelativePath(Home.At("notebooks"), path)).Order(StringComparer.Ordinal)];

    static List<JsonElement> Cells(string path)
    {
        using var notebook = JsonDocument.Parse(File.ReadAllText(path));
        return [.. notebook.RootElement.GetProperty("cells").EnumerateArray().Select(cell => cell.Clone())];
    }

    static Func<JsonElement, bool> HasTag(string tag) => cell =>
        cell.GetProperty("metadata").TryGetProperty("tags", out var tags) && tags.EnumerateArray().Any(given => given.GetString() == tag);

    static string Id(JsonElement cell) => cell.GetProperty("id").GetString()!;

    static string Source(JsonElement cell) => Text(cell.GetProperty("source"));

    static string Said(JsonElement cell) => string.Concat(cell.GetProperty("outputs").EnumerateArray()
        .Where(output => output.TryGetProperty("data", out var data) && data.TryGetProperty("text/plain", out _)).Select(output => Text(output.GetProperty("data").GetProperty("text/plain"))));

    static string Text(JsonElement text) => text.ValueKind == JsonValueKind.Array ? string.Concat(text.EnumerateArray().Select(line => line.GetString())) : text.GetString()!;
}
