using System.Diagnostics;
using System.Text.Json;

namespace MimKit.Cli.Tests;

public sealed class RunCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    Said Run(string notebook, params string[] more) => Cli.Run(["run", notebook, "--out", _folder.At("out"), .. more]);

    [Fact]
    public void A_notebook_runs_with_MimKit_at_hand_and_writes_three_files()
    {
        var notebook = NotebookFile.Write(_folder, "small", "Console.WriteLine($\"scale {scale}, cancelled {Ambient.Cancellation.IsCancellationRequested}\");");
        var said = Run(notebook, "-p", "scale=laptop");
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("scale laptop, cancelled False", said.Out);
        foreach (var extension in new[] { "ipynb", "html", "json" }) Assert.True(File.Exists(_folder.At($"out/small.{extension}")));
    }

    [Fact]
    public void A_failing_cell_ends_with_1_shows_its_line_and_keeps_what_ran()
    {
        var notebook = NotebookFile.Write(_folder, "fails", "Console.WriteLine(\"before\");", "var one = 1;\nthrow new Exception(\"broken on purpose\");");
        var said = Run(notebook);
        Assert.Equal(1, said.Code);
        Assert.Contains("cell 3 failed at line 2", said.Error);
        Assert.Contains("broken on purpose", said.Error);
        using var written = JsonDocument.Parse(File.ReadAllText(_folder.At("out/fails.ipynb")));
        Assert.Contains("before", written.RootElement.GetProperty("cells")[2].GetProperty("outputs").ToString());
    }

    [Fact]
    public void A_missing_notebook_is_named_beside_those_there_are()
    {
        NotebookFile.Write(_folder, "here");
        var said = Run(_folder.At("there.ipynb"));
        Assert.Equal(1, said.Code);
        Assert.Contains("there.ipynb", said.Error);
        Assert.Contains("here.ipynb", said.Error);
    }

    [Fact]
    public void A_file_that_is_not_JSON_is_said_to_be_none()
    {
        File.WriteAllText(_folder.At("broken.ipynb"), "{ \"cells\": [");
        var said = Run(_folder.At("broken.ipynb"));
        Assert.Equal(1, said.Code);
        Assert.Contains("not JSON", said.Error);
        Assert.DoesNotContain("   at ", said.Error);
    }

    [Theory]
    [InlineData("scale", "NAME=VALUE")]
    [InlineData("speed=3", "no parameter 'speed'")]
    [InlineData("seeds=many", "whole number")]
    public void A_wrong_parameter_is_an_error_before_anything_runs(string parameter, string expected)
    {
        var said = Run(NotebookFile.Write(_folder, "small"), "-p", parameter);
        Assert.Equal(1, said.Code);
        Assert.Contains(expected, said.Error);
        Assert.False(File.Exists(_folder.At("out/small.ipynb")));
    }

    [Fact]
    public void A_parameter_given_twice_is_an_error() =>
        Assert.Contains("twice", Run(NotebookFile.Write(_folder, "small"), "-p", "seeds=1", "-p", "seeds=2").Error);

    [Fact]
    public void Ctrl_C_stops_the_cell_at_its_next_step_and_writes_what_exists()
    {
        var notebook = NotebookFile.Write(_folder, "slow", "while (true) { Console.Write(\"\\rworking\"); Thread.Sleep(20); Ambient.Cancellation.ThrowIfCancellationRequested(); }", "1");
        using var process = Cli.Start(["run", notebook, "--out", _folder.At("out")]);
        while (process.StandardOutput.ReadLine() is { } line && !line.Contains("[1/3]")) { }
        Thread.Sleep(300);
        Process.Start("kill", ["-INT", process.Id.ToString()])!.WaitForExit();
        var said = process.End();
        Assert.Equal(130, said.Code);
        Assert.Contains("stopped after", said.Out);
        foreach (var extension in new[] { "ipynb", "html", "json" }) Assert.True(File.Exists(_folder.At($"out/slow.{extension}")));
    }
}
