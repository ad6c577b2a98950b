using System.Globalization;
using MimKit.Data;
using MimKit.Methods;
using MimKit.Training;

namespace MimKit.Cli.Bench;

/// <summary>Whole training steps of MAE on 28×28 images, by the trainer that notebooks use, beside the same model in PyTorch.</summary>
static class TrainMae28
{
    const int WarmUp = 10, Steps = 60, TrialSteps = 12, Rounds = 3;

    // PyTorch's side compares every hidden patch: constant ones stay in here too, so that both compute the same loss.
    static readonly MaeConfig Config = MaeConfig.Mini28 with { SkipConstantPatches = false };

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var images = Datasets.Open("fashion-mnist").Train.Take((WarmUp + Steps) * Config.BatchSize);
        var peer = new Peer("train_mae_28.py", Arguments(), bench.Threads, bench.Log);
        var setting = peer.FindBest(["--steps", Text(TrialSteps)], "images_per_second", higherIsBetter: true, bench.Cancellation);
        var duel = Duel.Fight(Rounds,
            ours: () => [ImagesPerSecond(images)],
            theirs: () => [Peer.Number(peer.Run(setting, ["--steps", Text(Steps)], bench.Cancellation), "images_per_second")])[0];
        yield return new BenchResult($"MAE {Config.Encoder.Width}×{Config.Encoder.Blocks}, batch {Config.BatchSize}, {Config.Precision}", "images/s", duel, setting.ToString());
    }

    static double ImagesPerSecond(ImageSet images)
    {
        var plan = Config.Plan(seed: 0) with { Epochs = 1, WarmupEpochs = 0, LogEvery = WarmUp };
        using var method = Config.Build(seed: 0);
        return new Trainer(method, images, plan) { Output = TextWriter.Null }.Run().ImagesPerSecond;
    }

    static string[] Arguments()
    {
        var keep = (int)(Config.Encoder.Grid().Count * (1 - ((RandomMasking)Config.Masking).Ratio));
        return
        [
            "--width", Text(Config.Encoder.Width), "--blocks", Text(Config.Encoder.Blocks), "--heads", Text(Config.Encoder.Heads),
            "--decoder-width", Text(Config.Decoder.Width), "--decoder-blocks", Text(Config.Decoder.Blocks), "--decoder-heads", Text(Config.Decoder.Heads),
            "--keep", Text(keep), "--batch", Text(Config.BatchSize), "--warm-up", Text(WarmUp),
            "--precision", Config.Precision == Runtime.Precision.BFloat16 ? "bf16" : "fp32",
        ];
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
