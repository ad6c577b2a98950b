using System.Text.RegularExpressions;

namespace MimKit.Notebook.Tests;

public sealed partial class ReportTests : IDisposable
{
    readonly NotebookFile _file = new();

    public void Dispose() => _file.Dispose();

    static async Task<string> Report(NotebookFile file, ReportAssets? assets = null)
    {
        await file.Run(new RunnerOptions
        {
            OutDir = file.Out, Assets = assets ?? new ReportAssets(), Provenance = () => new Dictionary<string, string> { ["commit"] = "abc <1>" },
        });
        return file.File(".html");
    }

    const string Figure = """
        class Figure { public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object> {
          ["application/vnd.plotly.v1+json"] = System.Text.Json.Nodes.JsonNode.Parse("{\"data\":[{\"y\":[1,2]}],\"layout\":{\"title\":{\"text\":\"</script>\"}}}"),
          ["text/html"] = "<script>Plotly.newPlot()</script>", ["text/plain"] = "two points" }; }
        new Figure()
        """;

    [Fact]
    public async Task Every_output_is_in_the_report()
    {
        var html = await Report(_file.Text("# The *title*\n\nSome **text**.\n\n## Part").Code("Console.WriteLine(\"<printed>\"); Console.Error.WriteLine(\"to stderr\"); display(HTML(\"<i>raw</i>\"));")
            .Code("display(SVG(\"<svg></svg>\")); display(PNG([1, 2, 3])); display(Markdown(\"*marked*\")); new[] { new { Column = 5 } }").Code("throw new Exception(\"went wrong\");").Code("2 + 2"));
        foreach (var part in new[]
        {
            "<h1>The <em>title</em></h1>", "Some <strong>text</strong>.", "href=\"#part\"", "&lt;printed&gt;", "to stderr", "<i>raw</i>",
            "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=", "data:image/png;base64,AQID", "<em>marked</em>", "<th style=\"text-align:right\">Column</th>",
            "Exception: went wrong", "not run", "abc &lt;1&gt;",
        })
            Assert.Contains(part, html);
        Assert.Single(Regex.Matches(html, "<h1>"));
    }

    [Fact]
    public async Task The_report_loads_nothing_from_outside()
    {
        File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(_file.Path)!, "near.png"), [9, 9]);
        var html = await Report(_file.Text("# T\n\n![far](https://example.org/a.png) ![near](near.png) ![gone](gone.png) [a link](https://example.org) $x^2$").Code("1"));
        Assert.Empty(Loads().Matches(html));
        Assert.Contains("data:image/png;base64,CQk=", html);
        Assert.Contains("default-src 'none'", html);
        Assert.Contains("href=\"https://example.org\"", html);   // a link loads nothing until it is followed
    }

    [Fact]
    public async Task Plotly_is_embedded_once_and_only_for_charts()
    {
        var plotly = Path.Combine(Path.GetDirectoryName(_file.Path)!, "plotly.min.js");
        File.WriteAllText(plotly, "/*plotly*/ var s = '</script>';");
        var assets = new ReportAssets { PlotlyPath = plotly };
        var html = await Report(_file.Code(Figure).Code("new Figure()"), assets);
        Assert.Single(Regex.Matches(html, @"/\*plotly\*/"));
        Assert.Equal(2, Regex.Matches(html, "data-figure=\"figure-").Count);
        Assert.DoesNotContain("Plotly.newPlot()</script>\"", html.Split("id=\"notebook\"")[0]);
        Assert.Equal(Regex.Matches(html, "<script").Count, Regex.Matches(html, "</script>").Count);

        using var plain = new NotebookFile().Code("1");
        Assert.DoesNotContain("/*plotly*/", await Report(plain, assets));
    }

    [Fact]
    public async Task Without_plotly_a_chart_is_its_summary() =>
        Assert.Contains("<pre class=\"output text\">two points</pre>", await Report(_file.Code(Figure)));

    [Fact]
    public async Task Headings_of_different_cells_have_different_anchors()
    {
        var html = await Report(_file.Text("# T").Text("## Same").Text("## Same"));
        Assert.Contains("id=\"same\"", html);
        Assert.Contains("id=\"same-2\"", html);
    }

    [GeneratedRegex("""<(img|script|link|iframe|source|video|audio)\b[^>]*\b(src|href)\s*=\s*["']?(https?:|//)|url\(\s*["']?(https?:|//)|@import""", RegexOptions.IgnoreCase)]
    private static partial Regex Loads();
}
