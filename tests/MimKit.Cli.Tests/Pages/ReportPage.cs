using System.Globalization;

namespace MimKit.Cli.Tests;

/// <summary>A test in a browser; skipped, with its reason, where Chromium or playwright-core is missing.</summary>
sealed class PageFactAttribute : FactAttribute
{
    public PageFactAttribute() => Skip = ReportPage.Missing;
}

/// <summary>A report as a reader sees it, in headless Chromium. Screenshots stay in .build/test/screenshots.</summary>
static class ReportPage
{
    static readonly string Playwright = Home.At(".build", "npm", "playwright-core");
    static readonly string? Chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    /// <summary>Why pages cannot be looked at here; null: they can.</summary>
    public static string? Missing => Chromium is null || !Directory.Exists(Playwright) ? "needs chromium and playwright-core, which ./mimkit test sets up" : null;

    /// <summary>Problems at 1280 and 400 pixels, and how many charts the page has.</summary>
    public static (IReadOnlyList<string> Problems, int Figures) Look(string html)
    {
        var shots = Directory.CreateDirectory(Home.At(".build", "test", "screenshots")).FullName;
        var said = Cli.StartProgram("node", [Home.At("tests", "MimKit.Cli.Tests", "Pages", "report.mjs"), Playwright, Chromium!, html, shots], "/").End();
        Assert.True(said.Code == 0, said.Out + said.Error);
        var lines = said.Out.Trim().Split('\n');
        return (lines[..^1], int.Parse(lines[^1].Split(' ')[1], CultureInfo.InvariantCulture));
    }
}

public sealed class ReportPageTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PageFact]
    public void A_report_is_drawn_without_errors_requests_or_text_beyond_the_edge()
    {
        var (problems, figures) = ReportPage.Look(Report("good", "Chart.Bars(\"Few\", \"n\", [new Bar(\"a\", 1), new Bar(\"b\", 2)])", "new MetricTable(\"Wide\", [.. Enumerable.Range(0, 14).Select(i => $\"column {i}\")], [[.. Enumerable.Range(0, 14).Select(i => (object)i)]], \"\")"));
        Assert.Empty(problems);
        Assert.Equal(1, figures);
    }

    [PageFact]
    public void A_map_of_images_shows_the_image_under_the_pointer()
    {
        const string map = "var images = MimKit.Data.Datasets.Open(\"fashion-mnist\").Val.Take(60);\nChart.Embedding(new MimKit.Evaluation.EmbeddingMap(\"a spiral\", \"val\", [.. Enumerable.Range(0, 60).Select(i => (float)(i * Math.Cos(i)))], [.. Enumerable.Range(0, 60).Select(i => (float)(i * Math.Sin(i)))], images.Labels), images)";
        var html = Report("map", map);
        Assert.Empty(ReportPage.Look(html).Problems);
        File.WriteAllText(html, File.ReadAllText(html).Replace("pictured(at, layout.meta.pictures);", ""));
        Assert.Contains("no picture under the pointer", string.Join('\n', ReportPage.Look(html).Problems));
    }

    [PageFact]
    public void What_is_wrong_with_a_page_is_named()
    {
        var html = Report("bad", "Chart.Bars(\"Few\", \"n\", [new Bar(\"a\", 1)])");
        File.WriteAllText(html, File.ReadAllText(html).Replace("</main>", "<p style=\"width: 2000px\">far beyond</p><div data-mimkit-figure=\"x\" role=\"img\" aria-label=\"lost\">lost</div></main><script>console.error('bad'); new Image().src = 'http://127.0.0.1:9/x.png';</script>"));
        var problems = string.Join('\n', ReportPage.Look(html).Problems);
        Assert.Contains("1280: not drawn: lost", problems);
        Assert.Contains("400: beyond the edge: the page is 20", problems);
        Assert.Contains("1280: console: bad", problems);
        Assert.Matches("console: .*(Content Security Policy|violates)|request: http://127.0.0.1", problems);
    }

    string Report(string name, params string[] cells)
    {
        var notebook = NotebookFile.Write(_folder, name, cells);
        var said = Cli.Start(["run", notebook, "--out", _folder.At("out")]).End();
        Assert.True(said.Code == 0, said.Out + said.Error);
        return _folder.At($"out/{name}.html");
    }
}
