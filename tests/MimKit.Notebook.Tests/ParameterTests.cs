namespace MimKit.Notebook.Tests;

public sealed class ParameterTests : IDisposable
{
    readonly NotebookFile _file = new NotebookFile()
        .Code("// what can be changed\nvar scale = \"smoke\"; // smoke | laptop\nint seeds = 1;\nvar ratio = -0.75;\nvar fast = true;\nvar notOne = seeds + 1;", "parameters")
        .Code("$\"{scale} {seeds} {ratio} {fast}\"");

    public void Dispose() => _file.Dispose();

    string Shown => (string)_file.Json(".ipynb")["cells"]![1]!["outputs"]![0]!["data"]!["text/plain"]!;

    [Fact]
    public async Task Without_values_the_notebook_uses_its_own()
    {
        await _file.Run();
        Assert.Equal("smoke 1 -0.75 True", Shown);
        Assert.Equal("""{"scale":"smoke","seeds":1,"ratio":-0.75,"fast":true}""", _file.Json(".json")["parameters"]!.ToJsonString());
    }

    [Fact]
    public async Task Given_values_replace_the_literals_and_the_executed_notebook_says_so()
    {
        await _file.Run(("scale", "lap \"top\""), ("seeds", "3"), ("ratio", "1"), ("fast", "false"));
        Assert.Equal("lap \"top\" 3 1 False", Shown);
        var source = string.Concat(_file.Json(".ipynb")["cells"]![0]!["source"]!.AsArray().Select(line => (string)line!));
        Assert.Contains("var scale = \"lap \\\"top\\\"\" /* instead of \"smoke\" */; // smoke | laptop", source);
        Assert.Equal(3, (int)_file.Json(".json")["parameters"]!["seeds"]!);
    }

    [Theory]
    [InlineData("scael", "laptop", "no parameter 'scael'. It has: scale, seeds, ratio, fast")]
    [InlineData("seeds", "many", "'seeds' is a whole number (1 in the notebook); 'many' is not")]
    [InlineData("seeds", "1.5", "whole number")]
    [InlineData("ratio", "1,5", "a number")]
    [InlineData("fast", "1", "true or false")]
    [InlineData("notOne", "2", "no parameter 'notOne'")]
    public async Task A_value_that_does_not_fit_is_refused_before_anything_runs(string name, string value, string message)
    {
        var error = await Assert.ThrowsAsync<ParameterException>(() => _file.Run((name, value)));
        Assert.Contains(message, error.Message);
        Assert.False(Directory.Exists(_file.Out));
    }

    [Fact]
    public async Task A_notebook_without_parameters_says_so()
    {
        using var file = new NotebookFile().Code("1");
        Assert.Contains("tagged 'parameters'", (await Assert.ThrowsAsync<ParameterException>(() => file.Run(("a", "1")))).Message);
    }
}
