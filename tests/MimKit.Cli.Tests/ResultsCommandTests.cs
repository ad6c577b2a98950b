namespace MimKit.Cli.Tests;

public sealed class ResultsCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Results_stand_under_their_controls_and_a_second_run_computes_nothing()
    {
        string[] arguments = ["results", "--scale", "smoke", "--only", "SimMIM", "--out", _folder.At("results.md"), "--folder", _folder.At("cells")];
        var said = Cli.Run(arguments);
        Assert.True(said.Code == 0, said.Error);
        var first = File.ReadAllText(_folder.At("results.md"));
        foreach (var part in new[] { "raw pixels", "random encoder", "supervised", "SimMIM", "best trivial predictor", "smoke", "shown at this scale" }) Assert.Contains(part, first);
        Assert.Empty(Directory.GetDirectories(_folder.At("cells/runs")));          // finished runs leave their cell only

        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(0, Cli.Run(arguments).Code);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        Assert.Equal(first, File.ReadAllText(_folder.At("results.md")));
    }

    [Fact]
    public void What_needs_a_teacher_says_so()
    {
        var said = Cli.Run(["results", "--only", "distillation", "--out", _folder.At("results.md"), "--folder", _folder.At("cells")]);
        Assert.Equal(1, said.Code);
        Assert.Contains("--teacher", said.Error);
    }

    [Fact]
    public void Claims_are_listed_and_tried()
    {
        var listed = Cli.Run(["claims"]);
        Assert.Equal(0, listed.Code);
        foreach (var part in new[] { "dynamic-beats-fixed", "more-than-distillation", "arXiv 2208.06366", "needs --teacher" }) Assert.Contains(part, listed.Out);

        var tried = Cli.Run(["claims", "--try", "uniformity-helps", "--seeds", "2", "--folder", _folder.At("cells")]);
        Assert.True(tried.Code == 0, tried.Error);
        Assert.Matches("(SUPPORTED|CONTRADICTED|UNDECIDED)  Pushing features", tried.Out);
        Assert.Contains("2 paired seeds", tried.Out);
        Assert.Contains("there are: all, clusters-beat-pixels", Cli.Run(["claims", "--try", "nothing"]).Error);
        Assert.Contains("NOT TRIED", Cli.Run(["claims", "--try", "morphing-helps", "--folder", _folder.At("cells")]).Out);
    }
}
