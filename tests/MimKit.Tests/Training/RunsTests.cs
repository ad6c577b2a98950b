using MimKit.Training;

namespace MimKit.Tests.Training;

public class RunsTests
{
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
}
