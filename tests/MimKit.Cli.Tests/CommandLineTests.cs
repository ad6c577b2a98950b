namespace MimKit.Cli.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("frobnicate")]
    [InlineData("data", "frobnicate")]
    [InlineData("data")]
    [InlineData("data", "verify")]
    [InlineData("run")]
    [InlineData("bench", "--only")]
    public void A_wrong_command_ends_with_1_and_names_the_help(params string[] arguments)
    {
        var said = Cli.Run(arguments);
        Assert.Equal(1, said.Code);
        Assert.Contains("--help", said.Error);
    }

    [Fact]
    public void An_unknown_word_is_named()
    {
        var said = Cli.Run("frobnicate");
        Assert.Contains("'frobnicate'", said.Error);
        Assert.DoesNotContain("Required", said.Error);
    }

    [Fact]
    public void No_arguments_show_the_commands()
    {
        var said = Cli.Run();
        Assert.Equal(0, said.Code);
        foreach (var command in new[] { "run <NOTEBOOK>", "data", "bench", "doctor", "--version" }) Assert.Contains(command, said.Out);
    }

    [Fact]
    public void The_version_is_that_of_the_build() => Assert.Matches(@"^\d+\.\d+\.\d+\n$", Cli.Start(["--version"]).End().Out);

    [Theory]
    [InlineData("--help")]
    [InlineData("data", "list")]
    [InlineData("run", "--help")]
    public void Libtorch_is_not_loaded_where_no_tensor_is_needed(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var said = Cli.Start(arguments, ("LD_DEBUG", "files"), ("LD_DEBUG_OUTPUT", folder.At("loaded"))).End();     // the loader's own list of what it opened
        Assert.Equal(0, said.Code);
        var loaded = string.Concat(Directory.GetFiles(folder.Path).Select(File.ReadAllText));
        Assert.Contains("libcoreclr", loaded);
        Assert.DoesNotContain("libtorch", loaded);
        Assert.DoesNotContain("libmimkit_native", loaded);
    }

    [Fact]
    public void An_unknown_bench_lists_those_there_are()
    {
        var said = Cli.Run("bench", "--only", "nothing");
        Assert.Equal(1, said.Code);
        Assert.Contains("op-overhead", said.Error);
    }
}
