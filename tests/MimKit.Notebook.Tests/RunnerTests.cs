using System.Text.Json.Nodes;

namespace MimKit.Notebook.Tests;

public sealed class RunnerTests : IDisposable
{
    readonly NotebookFile _file = new();

    public void Dispose() => _file.Dispose();

    JsonArray Outputs(int cell) => _file.Json(".ipynb")["cells"]![cell]!["outputs"]!.AsArray();

    const string Table = """
        class Numbers { public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object> {
          ["application/vnd.mimkit.table+json"] = System.Text.Json.Nodes.JsonNode.Parse("{\"title\":\"T\",\"columns\":[\"a\"],\"rows\":[{\"a\":0.125},{\"a\":null}],\"note\":\"n\"}"),
          ["text/html"] = "<table><tr><td>0.125</td></tr></table>" }; }
        new Numbers()
        """;

    [Fact]
    public async Task A_run_writes_notebook_report_and_numbers()
    {
        var result = await _file.Text("# Title").Code("").Code("Console.Write(\"1\\r2\\n\"); Console.Error.Write(\"e\"); display(HTML(\"<i>x</i>\"));").Code(Table).Run();
        Assert.Equal(RunStatus.Succeeded, result.Status);
        Assert.Equal(["stream", "stream", "display_data"], Outputs(2).Select(output => (string)output!["output_type"]!));
        Assert.Equal("2\n", (string)Outputs(2)[0]!["text"]![0]!);
        Assert.Equal("execute_result", (string)Outputs(3)[0]!["output_type"]!);

        var table = Assert.Single(_file.Json(".json")["tables"]!.AsArray())!;
        Assert.Equal((2, "T", 0.125), ((int)table["cell"]!, (string)table["title"]!, (double)table["rows"]![0]!["a"]!));
        Assert.Null(table["rows"]![1]!["a"]);
        Assert.Equal(["chapter.html", "chapter.ipynb", "chapter.json"], Directory.GetFiles(_file.Out).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task The_executed_notebook_is_valid_nbformat()
    {
        await _file.Text("# T").Code("var a = 1;", "parameters").Code("Console.WriteLine(a); display(a); a").Run();
        var notebook = _file.Json(".ipynb");
        Assert.Equal((4, 5), ((int)notebook["nbformat"]!, (int)notebook["nbformat_minor"]!));
        Assert.Equal(".net-csharp", (string)notebook["metadata"]!["kernelspec"]!["name"]!);
        Assert.Equal("C#", (string)notebook["metadata"]!["language_info"]!["name"]!);
        var cells = notebook["cells"]!.AsArray();
        Assert.Equal(cells.Count, cells.Select(cell => (string)cell!["id"]!).Where(id => id.Length is > 0 and <= 64).Distinct().Count());
        Assert.Equal(["", "1", "2"], cells.Select(cell => cell!["execution_count"]?.ToString() ?? ""));
        Assert.Equal(2, (int)cells[2]!["outputs"]![2]!["execution_count"]!);
    }

    [NbformatFact]
    public async Task The_distributions_nbformat_accepts_the_executed_notebook()
    {
        await _file.Text("# T").Code("display(1); Console.WriteLine(); 2").Code("throw new Exception();").Run();
        Assert.True(Nbformat.Python($"import nbformat; nbformat.validate(nbformat.read(r'{_file.Out}/chapter.ipynb', 4))"));
    }

    [Fact]
    public async Task A_failing_cell_stops_the_run_and_earlier_outputs_stay()
    {
        var result = await _file.Code("Console.WriteLine(\"kept\");").Code(Table).Code("var n = 0;\n_ = 1 / n;").Code("Console.WriteLine(\"never\");").Run();
        Assert.Equal((RunStatus.Failed, 3, 2, "_ = 1 / n;"), (result.Status, result.Error!.Cell, result.Error.Line, result.Error.SourceLine));
        Assert.Equal("kept\n", (string)Outputs(0)[0]!["text"]![0]!);
        Assert.Equal("DivideByZeroException", (string)Outputs(2)[0]!["ename"]!);
        Assert.Empty(Outputs(3));
        Assert.Equal("failed", (string)_file.Json(".json")["status"]!);
        Assert.Single(_file.Json(".json")["tables"]!.AsArray());
        Assert.Contains("kept", _file.File(".html"));
        Assert.Contains("Attempted to divide by zero", _file.File(".html"));
    }

    [Fact]
    public async Task A_cancelled_run_keeps_what_was_shown()
    {
        using var stop = new CancellationTokenSource();
        var options = new RunnerOptions { OutDir = _file.Out, Observer = new StopAt("step 3", stop), Session = new SessionOptions
        {
            References = [typeof(Ambient).Assembly.Location], MoreUsings = ["MimKit.Notebook.Tests"], AroundCell = Ambient.Enter,
        } };
        var result = await _file.Code("for (var i = 0; ; i++) { Console.WriteLine($\"step {i}\"); Ambient.Token.ThrowIfCancellationRequested(); }")
            .Code("1").Run(options, stop.Token);
        Assert.Equal((RunStatus.Cancelled, 1), (result.Status, result.Error!.Cell));
        Assert.Equal("step 3\n", (string)Outputs(0)[0]!["text"]![3]!);
        Assert.Equal("cancelled", (string)_file.Json(".json")["status"]!);
    }

    [Fact]
    public async Task A_cell_that_does_not_stop_is_left_behind()
    {
        using var stop = new CancellationTokenSource();
        var options = new RunnerOptions { OutDir = _file.Out, Observer = new StopAt("on", stop), StopGrace = TimeSpan.FromMilliseconds(50) };
        var result = await _file.Code("Console.Write(\"on\"); Thread.Sleep(3000);").Run(options, stop.Token);
        Assert.Equal(RunStatus.Cancelled, result.Status);
        Assert.True(result.Elapsed < TimeSpan.FromSeconds(2.9), $"{result.Elapsed}");
        Assert.Contains("on", _file.File(".html"));
    }

    [Theory]
    [InlineData("{\n \"cells\": [", "not JSON (line 2")]
    [InlineData("[1, 2]", "no list of cells")]
    [InlineData("""{"nbformat": 3, "worksheets": [], "cells": []}""", "notebook format 3")]
    [InlineData("""{"cells": []}""", "(none)")]
    public async Task What_is_not_a_notebook_is_refused_in_words(string content, string message) =>
        Assert.Contains(message, (await Assert.ThrowsAsync<NotebookFormatException>(() => _file.Raw(content).Run())).Message);

    [Fact]
    public async Task A_missing_notebook_is_named() =>
        Assert.Contains("chapter.ipynb", (await Assert.ThrowsAsync<NotebookFormatException>(() => _file.Run())).Message);

    [Fact]
    public async Task The_notebook_itself_is_never_overwritten() =>
        await Assert.ThrowsAsync<ArgumentException>(() => NotebookRunner.RunAsync(_file.Code("1").Save().Path, new RunnerOptions { OutDir = Path.GetDirectoryName(_file.Path)! }));

    [Fact]
    public async Task A_cell_of_another_language_is_refused()
    {
        var result = await _file.Raw("""{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"cell_type":"code","id":"a","metadata":{"polyglot_notebook":{"kernelName":"fsharp"}},"source":["let x = 1"],"outputs":[],"execution_count":null}]}""").Run();
        Assert.Contains("fsharp", result.Error!.Message);
    }

    [Fact]
    public async Task Metadata_of_the_wrong_kind_do_not_stop_a_notebook()
    {
        var result = await _file.Raw("""{"nbformat":4,"nbformat_minor":5,"metadata":7,"cells":[{"cell_type":"code","id":3,"metadata":[1],"source":["1 + 1"],"outputs":null,"execution_count":"x"},{"cell_type":9,"metadata":{"tags":[5],"polyglot_notebook":"no"},"source":4}]}""").Run();
        Assert.True(result.Status == RunStatus.Succeeded, result.Error?.Text);
        Assert.Equal("2", (string)Outputs(0)[0]!["data"]!["text/plain"]!);
    }

    [Fact]
    public async Task An_observer_follows_live()
    {
        var observer = new Recorder();
        await _file.Text("# A\n## Part one").Code("Console.Write(\"a\\rb\"); Console.Write(\"c\"); 7").Run(new RunnerOptions { OutDir = _file.Out, Observer = observer });
        Assert.Equal(["started A 1", "cell 1/1 Part one: Console.Write(\"a\\rb\"); Console.Write(\"c\"); 7", "a\rb", "c", "shown 7", "ended True"], observer.Seen);
    }

    sealed class Recorder : INotebookObserver
    {
        public List<string> Seen { get; } = [];
        public void Started(string title, int cells) => Seen.Add($"started {title} {cells}");
        public void CellStarted(CellStart cell) => Seen.Add($"cell {cell.Number}/{cell.Count} {cell.Heading}: {cell.FirstLine}");
        public void Wrote(int cell, CellStream stream, string text) => Seen.Add(text);
        public void Showed(int cell, MimeBundle bundle) => Seen.Add($"shown {bundle.TextOf(MimeBundle.Text)}");
        public void CellEnded(CellResult result) => Seen.Add($"ended {result.Succeeded}");
    }
}

/// <summary>Cancels a run as soon as a text is printed.</summary>
sealed class StopAt(string text, CancellationTokenSource stop) : INotebookObserver
{
    public void Wrote(int cell, CellStream stream, string printed)
    {
        if (printed.Contains(text)) stop.Cancel();
    }
}
