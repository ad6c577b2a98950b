using MimKit.Training;

namespace MimKit.Tests.Training;

public sealed class RunsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mimkit-runs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static readonly TrainingPlan Plan = new() { Epochs = 2, LearningRate = 1e-3, Seed = 4 };

    [Fact]
    public void A_run_is_found_again_and_anything_changed_is_another_run()
    {
        var images = TinySubject.Images(16);
        var folder = Runs.Folder("runs/x", new TinySubject.TinyConfig(1), Plan, images);
        Assert.StartsWith(Path.Combine("runs/x", "Tiny-seed4-"), folder);
        Assert.Equal(folder, Runs.Folder("runs/x", new TinySubject.TinyConfig(1), Plan with { RunFolder = folder }, images));
        Assert.NotEqual(folder, Runs.Folder("runs/x", new TinySubject.TinyConfig(2), Plan, images));
        Assert.NotEqual(folder, Runs.Folder("runs/x", new TinySubject.TinyConfig(1), Plan with { Epochs = 3 }, images));
        Assert.NotEqual(folder, Runs.Folder("runs/x", new TinySubject.TinyConfig(1), Plan, images.Take(15)));
    }

    void Train(string name, double rate)
    {
        using var subject = new TinySubject(seed: 5);
        new Trainer(subject, TinySubject.Images(83), new TrainingPlan { Epochs = 2, BatchSize = 8, LearningRate = rate, LogEvery = 5, RunFolder = Path.Combine(_folder, name) }) { Output = TextWriter.Null }.Run();
    }

    [Fact]
    public void Runs_are_compared_by_what_differs()
    {
        Train("a", 1e-3);
        Train("b", 2e-3);
        Directory.CreateDirectory(Path.Combine(_folder, "no-run"));
        File.AppendAllText(Path.Combine(_folder, "b", "metrics.jsonl"), "{\"Step\":25,\"Epo");                // a crash within a line

        var found = Runs.Load(Path.Combine(_folder, "*"));

        Assert.Equal(["a", "b"], found.Runs.Select(run => run.Name));
        Assert.All(found.Runs, run => Assert.True(run.Finished));
        Assert.Equal([5L, 10, 15, 20], found.Curves[1].Log.Select(line => line.Step));
        Assert.Equal(["LearningRate 0.002 (0.001)"], found.Runs[1].DifferencesFrom(found.Runs[0]));
        Assert.Contains("LearningRate 0.002 (0.001)", found.ToString());
        Assert.Contains("<td>b</td>", (string)found.MimeBundle()["text/html"]);
        Assert.Single(Runs.Load(Path.Combine(_folder, "a")).Runs);
    }

    [Fact]
    public void A_pattern_without_a_run_says_where_it_looked() =>
        Assert.Contains(_folder, Assert.Throws<DirectoryNotFoundException>(() => Runs.Load(Path.Combine(_folder, "x*"))).Message);
}
