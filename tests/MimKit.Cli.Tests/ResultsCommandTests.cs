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
    public void The_page_is_written_after_every_row_and_an_interrupted_table_goes_on()
    {
        string[] settings = ["results", "--scale", "smoke", "--images", "256", "--artefacts", _folder.At("artefacts"), "--out", _folder.At("results.md"), "--folder", _folder.At("cells")];
        Assert.Equal(0, Cli.Run([.. settings, "--only", "MAE + DTM"]).Code);       // its teacher is trained first
        var cells = Directory.GetFiles(_folder.At("cells/cells")).ToDictionary(path => path, File.GetLastWriteTimeUtc);
        var page = File.ReadAllText(_folder.At("results.md"));
        foreach (var part in new[] { "MAE + DTM", "teacher", "target: pixels", "DINO was trained once", "--images 256" }) Assert.Contains(part, page);

        File.Delete(cells.Keys.First(path => path.Contains("Mae-seed0")));         // as if it had not been finished
        Assert.Equal(0, Cli.Run([.. settings, "--only", "MAE + DTM"]).Code);
        Assert.Equal(1, cells.Count(cell => File.GetLastWriteTimeUtc(cell.Key) != cell.Value));
        Assert.Contains("there are: ClusterMIM", Cli.Run([.. settings, "--only", "no such"]).Error);
    }

    [Fact]
    public void Claims_are_listed_and_tried()
    {
        var listed = Cli.Run(["claims"]);
        Assert.Equal(0, listed.Code);
        foreach (var part in new[] { "dynamic-beats-fixed", "more-than-distillation", "arXiv 2208.06366", "learns from DINO" }) Assert.Contains(part, listed.Out);

        var tried = Cli.Run(["claims", "--try", "uniformity-helps", "--seeds", "2", "--folder", _folder.At("cells")]);
        Assert.True(tried.Code == 0, tried.Error);
        Assert.Matches("(SUPPORTED|CONTRADICTED|UNDECIDED)  Pushing features", tried.Out);
        Assert.Contains("2 paired seeds", tried.Out);
        Assert.Contains("there are: all, clusters-beat-pixels", Cli.Run(["claims", "--try", "nothing"]).Error);
    }

    [Fact]
    public void Pretraining_is_tried_against_the_same_network_from_scratch_for_as_long()
    {
        string[] arguments = ["claims", "--try", "pretraining-pays", "--seeds", "2", "--images", "128", "--folder", _folder.At("cells")];
        var tried = Cli.Run(arguments);
        Assert.True(tried.Code == 0, tried.Error);
        Assert.Contains("top-1 of MAE fine-tuned − top-1 from scratch, equal total time", tried.Out);
        Assert.Contains("2 paired seeds", tried.Out);
        var cells = Directory.GetFiles(_folder.At("cells"), "FineTuningSide-*.json", SearchOption.AllDirectories).Order().ToDictionary(path => path, File.ReadAllText);
        Assert.Equal(4, cells.Count);

        Assert.Equal(0, Cli.Run(arguments).Code);                                    // what is finished is not trained again
        Assert.All(cells, cell => Assert.Equal(cell.Value, File.ReadAllText(cell.Key)));
    }

    [Fact]
    public async Task Two_processes_over_one_folder_train_every_cell_once_and_say_the_same()
    {
        string[] arguments = ["claims", "--try", "uniformity-helps", "--seeds", "3", "--images", "128", "--folder", _folder.At("cells")];
        var said = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Cli.Start(arguments).End())));
        Assert.All(said, one => Assert.True(one.Code == 0, one.Error));
        Assert.Equal(6, said.Sum(one => one.Out.Split("; 1 epochs of ").Length - 1));         // the first line of a training: two arms, three seeds
        Assert.Single(said.Select(one => one.Out[one.Out.IndexOf("  Pushing features", StringComparison.Ordinal)..]).Distinct());
        Assert.Equal(6, Directory.GetFiles(_folder.At("cells/cells")).Length);                // and no lock
    }
}
