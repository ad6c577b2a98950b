using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MimKit.Cli.Tests;

public sealed class ConformanceTests
{
    [JupyterFact("jupyter_kernel_test")]
    public void Every_case_of_Jupyters_kernel_test_passes()
    {
        using var jupyter = new Jupyter();
        var said = jupyter.Run(Jupyter.Script("conformance.py"));
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("Ran 12 tests", said.Error);
        Assert.DoesNotContain("skipped", said.Error);
    }

    [JupyterFact("jupyter_client")]
    public void The_kernels_process_loads_prints_and_ends_as_it_should()
    {
        using var jupyter = new Jupyter();
        var said = jupyter.Run(Jupyter.Script("process_cases.py"));
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("Ran 12 tests", said.Error);
    }

    [JupyterFact("nbconvert")]
    public void Nbconvert_and_mimkit_run_show_the_same_for_the_same_notebook()
    {
        using var jupyter = new Jupyter();
        var notebook = NotebookFile.Write(jupyter.Folder, "same", "Console.WriteLine(\"a\"); display(HTML(\"<b>1</b>\")); new[] { 1, 2 }", "var x = 5; x * 2", "#!time\n_ = x;");
        Assert.Equal(0, Cli.Run("run", notebook, "--out", jupyter.Folder.At("ours")).Code);
        var said = jupyter.Run("-m", "nbconvert", "--to", "notebook", "--execute", $"--ExecutePreprocessor.kernel_name={Jupyter.KernelName}", "--output-dir", jupyter.Folder.At("theirs"), notebook);
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal(Outputs(jupyter.Folder.At("theirs/same.ipynb")), Outputs(jupyter.Folder.At("ours/same.ipynb")));
    }

    static readonly string LabClient = Home.At(".build", "npm", "jupyterlab-services");

    sealed class LabClientFactAttribute : FactAttribute
    {
        public LabClientFactAttribute()
        {
            if (!File.Exists(Path.Combine(LabClient, "version")) || !Directory.Exists("/usr/lib/python3/dist-packages/notebook"))
                Skip = "needs node, jupyter-notebook and @jupyterlab/services, which ./mimkit test sets up";
        }
    }

    [LabClientFact]
    public async Task JupyterLabs_client_library_runs_completes_interrupts_and_restarts()
    {
        using var jupyter = new Jupyter();
        using var server = await jupyter.Serve();
        var said = Cli.StartProgram("node", [Jupyter.Script("services/client.mjs"), LabClient, server.Address, JupyterServer.Token, Jupyter.KernelName], "/").End();
        Assert.True(said.Code == 0, said.Out + said.Error);
        Assert.Equal(["ok info", "ok run", "ok complete", "ok inspect", "ok interrupt", "ok restart", "ok shut down"], said.Out.Trim().Split('\n'));
    }

    // Lines of a list or one string, and times: both are the same to a reader.
    static string Outputs(string path)
    {
        var shown = JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray().Where(cell => (string)cell!["cell_type"]! == "code").SelectMany(cell => cell!["outputs"]!.AsArray());
        return Regex.Replace(string.Join('\n', shown.Select(Flat)), @"\d+\.\d ms", "# ms");

        static string Flat(JsonNode? output)
        {
            var data = output!["data"]?.AsObject().OrderBy(form => form.Key, StringComparer.Ordinal).Select(form => $"{form.Key}: {Text(form.Value)}") ?? [Text(output["text"])];
            return $"{output["output_type"]} {string.Join(" | ", data)}";
        }

        static string Text(JsonNode? text) => text is JsonArray lines ? string.Concat(lines.Select(line => (string)line!)) : (string)text!;
    }
}
