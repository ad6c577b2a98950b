namespace MimKit.Cli.Tests;

public class DataCommandTests
{
    [Fact]
    public void List_shows_what_a_set_is_and_where_it_comes_from()
    {
        var said = Cli.Run("data", "list");
        Assert.Equal(0, said.Code);
        Assert.Contains("fashion-mnist", said.Out);
        Assert.Contains("emoji-64", said.Out);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("fetch")]
    public void An_unknown_set_is_an_error_that_lists_the_known(string command)
    {
        var said = Cli.Run("data", command, "no-such-set");
        Assert.Equal(1, said.Code);
        Assert.Contains("'no-such-set'", said.Error);
        Assert.Contains("fashion-mnist", said.Error);
    }

    [Fact]
    public void Verify_finds_whole_files_whole()
    {
        var said = Cli.Run("data", "verify", "fashion-mnist");
        Assert.Equal(0, said.Code);
        Assert.Contains("all 4 files are whole", said.Out);
    }

    [Fact]
    public void Verify_names_a_truncated_file_and_what_to_do()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("fashion-mnist"));
        File.WriteAllBytes(folder.At("fashion-mnist/train-images-idx3-ubyte"), new byte[100]);
        var said = Cli.Start(["data", "verify", "fashion-mnist"], ("MIMKIT_DATA", folder.Path)).End();
        Assert.Equal(1, said.Code);
        Assert.Contains("train-images-idx3-ubyte", said.Out);
        Assert.Contains("truncated", said.Out);
        Assert.Contains("1 of 4 files", said.Out);
    }

    [Fact]
    public void Fetch_leaves_whole_files_alone()
    {
        var said = Cli.Run("data", "fetch", "fashion-mnist");
        Assert.Equal(0, said.Code);
        Assert.Contains("train-images-idx3-ubyte: here and whole", said.Out);
    }

    [Fact]
    public void Fetch_names_every_way_to_get_a_set_where_none_gives_it()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("fashion-mnist"));
        File.WriteAllBytes(folder.At("fashion-mnist/t10k-labels-idx1-ubyte"), new byte[100]);
        var said = Cli.Start(["data", "fetch", "fashion-mnist"], ("MIMKIT_DATA", folder.Path)).End();
        Assert.Equal(1, said.Code);
        Assert.Contains("apt-get install dataset-fashion-mnist", said.Error);
        Assert.Contains("t10k-labels-idx1-ubyte", said.Error);
    }
}
