using MimKit.Data;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Training;

namespace MimKit.Cli.Bench;

/// <summary>Whether the loader keeps up: two threads beside one, and the share of a training step that waits for data.</summary>
static class Loading
{
    const int Rounds = 3;
    const double Seconds = 4;

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var photos = Datasets.OpenFiles("photos-500").Test!;
        Decode.Loaded(photos, threads: 2, 0.5);
        var scaling = Duel.Fight(Rounds, ours: () => [Decode.Loaded(photos, 2, Seconds)], theirs: () => [Decode.Loaded(photos, 1, Seconds)])[0];
        yield return new("2 loader threads", "images/s", scaling, "the same loader; other work on the machine spoils this measure") { Peer = "1 thread" };
        foreach (var name in new[] { "fashion-mnist", "emoji-64" })
        {
            if (!DataFolder.IsPresent(Datasets.Manifest(name)))
            {
                bench.Log.WriteLine($"  {name} is not here: ./mimkit data fetch {name}");
                continue;
            }
            var wait = Waiting(Datasets.Open(name).Train.Take(3200));
            bench.Log.WriteLine($"  {name}: {100 * wait:F2} % of a ViT-Tiny step waits for data (wanted: under 2 %)");
        }
    }

    static double Waiting(ImageSet images)
    {
        var encoder = new VitConfig { Width = 192, Blocks = 12, Heads = 3, ImageSize = images.Height, PatchSize = images.Height == 28 ? 4 : 8, Channels = images.Channels };   // ViT-Tiny
        var config = MaeConfig.Mini28 with { Encoder = encoder, BatchSize = 64, Views = new CropFlip() };
        using var method = config.Build(seed: 0);
        var plan = config.Plan(seed: 0) with { Epochs = 1, WarmupEpochs = 0, LogEvery = 10 };
        return new Trainer(method, images, plan) { Output = TextWriter.Null }.Run().Log.Skip(1).Average(line => line.DataWait);
    }
}
