using MimKit.Data;
using MimKit.Methods;
using MimKit.Training;

namespace MimKit.Cli.Bench;

/// <summary>Whether memory stays flat over 2,000 steps of MAE on 28×28 images, and what logging and checkpoints cost them.</summary>
static class LongRun
{
    const int Steps = 2000, Batch = 32, Settled = 200, Rounds = 3, TimedSteps = 400;

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var images = Datasets.Open("fashion-mnist").Train;
        var log = Watched(images.Take(Steps * Batch / 2), epochs: 2).Log;
        var settled = log.Where(line => line.Step >= Settled).ToList();
        bench.Log.WriteLine($"  {log[^1].Step:N0} steps, logged every 50, checkpoint every 200; from step {Settled} on");
        Say("resident memory / MiB", settled.ConvertAll(line => line.ResidentMegabytes));
        Say("live tensors", settled.ConvertAll(line => (double)line.LiveTensors));
        var few = images.Take(TimedSteps * Batch);
        var duel = Duel.Fight(Rounds, ours: () => [Watched(few, epochs: 1).ImagesPerSecond], theirs: () => [Trained(few, 1, plan => plan with { LogEvery = Settled }).ImagesPerSecond])[0];
        yield return new("logged, with checkpoints", "images/s", duel, "the same steps with neither; wanted: at least 0.98") { Peer = "bare" };

        void Say(string what, IReadOnlyList<double> values) =>
            bench.Log.WriteLine(FormattableString.Invariant($"  {what,-24} {values[0],8:N0} at first, {values.Min(),8:N0} to {values.Max(),8:N0}: at most {100 * values.Max(value => Math.Abs(value / values[0] - 1)):F1} % apart (wanted: 2 %)"));
    }

    static RunResult Watched(ImageSet images, int epochs)
    {
        var folder = Directory.CreateTempSubdirectory("mimkit-long-run-").FullName;
        try { return Trained(images, epochs, plan => plan with { LogEvery = 50, CheckpointEverySteps = 200, RunFolder = Path.Combine(folder, "run") }); }
        finally { Directory.Delete(folder, recursive: true); }
    }

    static RunResult Trained(ImageSet images, int epochs, Func<TrainingPlan, TrainingPlan> change)
    {
        var config = MaeConfig.Mini28 with { BatchSize = Batch };
        using var method = config.Build(seed: 0);
        return new Trainer(method, images, change(config.Plan(seed: 0) with { Epochs = epochs, WarmupEpochs = 0 })) { Output = TextWriter.Null }.Run();
    }
}
