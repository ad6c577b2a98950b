using System.Text.Json.Nodes;

namespace MimKit.Cli.Tests;

/// <summary>A person's way through Jupyter Notebook, in headless Chromium. Screenshots stay in .build/test/screenshots.</summary>
public sealed class BrowserTests
{
    static readonly string Playwright = Home.At(".build", "npm", "playwright-core");
    static readonly string? Chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    sealed class BrowserFactAttribute : FactAttribute
    {
        public BrowserFactAttribute()
        {
            if (Chromium is null || !Directory.Exists(Playwright) || !Directory.Exists("/usr/lib/python3/dist-packages/notebook"))
                Skip = "needs chromium, jupyter-notebook and playwright-core, which ./mimkit test sets up";
        }
    }

    [BrowserFact]
    public async Task A_notebook_is_run_interrupted_completed_and_restarted_in_a_browser()
    {
        using var jupyter = new Jupyter(("MIMKIT_PLOTLY", Environment.GetEnvironmentVariable("MIMKIT_PLOTLY") ?? Home.At(".build", "npm", "plotly.js-dist-min", "plotly.min.js")));
        Write(jupyter.Folder.At("chapter.ipynb"),
            "var kept = 41; $\"kept is {kept}\"", "Chart.Bars(\"Few\", \"n\", [new Bar(\"a\", 1), new Bar(\"b\", 2)])", "Console.WriteLine(\"looping\"); while (true) { }", "kept + 1", "Console.WriteL");
        var shots = Directory.CreateDirectory(Home.At(".build", "test", "screenshots")).FullName;
        using var server = await jupyter.Serve();
        var said = Cli.StartProgram("node", [Jupyter.Script("browser.mjs"), Playwright, Chromium!, $"{server.Address}/notebooks/chapter.ipynb?token={JupyterServer.Token}", shots], "/").End();
        Assert.True(said.Code == 0, said.Out + said.Error);
        Assert.Equal(["ok run all", "ok chart", "ok interrupt", "ok complete", "ok restart"], said.Out.Trim().Split('\n'));
    }

    static void Write(string path, params string[] cells) => File.WriteAllText(path, new JsonObject
    {
        ["nbformat"] = 4, ["nbformat_minor"] = 4,
        ["metadata"] = new JsonObject { ["kernelspec"] = new JsonObject { ["name"] = Jupyter.KernelName, ["display_name"] = "C# (MimKit)", ["language"] = "C#" } },
        ["cells"] = new JsonArray([.. cells.Select(code => (JsonNode)new JsonObject
        {
            ["cell_type"] = "code", ["metadata"] = new JsonObject(), ["source"] = code, ["outputs"] = new JsonArray(), ["execution_count"] = null,
        })]),
    }.ToJsonString());
}
