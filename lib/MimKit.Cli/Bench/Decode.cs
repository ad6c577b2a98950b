using System.Diagnostics;
using MimKit.Data;

namespace MimKit.Cli.Bench;

/// <summary>JPEG files to normalised 224×224 crops on one thread, beside Pillow and torchvision.</summary>
static class Decode
{
    const int Rounds = 3;
    const double Seconds = 4;

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var photos = Datasets.OpenFiles("photos-500").Test!;
        var peer = new Peer("decode.py", ["--folder", Path.GetDirectoryName(Path.GetDirectoryName(photos.NameOf(0)))!], threads: 1, bench.Log);
        var setting = PeerSetting.All().First();       // no matrix is multiplied: BLAS and waiting make no difference
        Loaded(photos, threads: 1, 0.5);               // the runtime compiles what it sees often
        var duel = Duel.Fight(Rounds,
            ours: () => [Loaded(photos, threads: 1, Seconds)],
            theirs: () => [Peer.Number(peer.Run(setting, [], bench.Cancellation), "images_per_second")])[0];
        yield return new("decode + crop 224 + flip + normalise", "images/s", duel, "Pillow and torchvision, one thread each side") { Peer = "Pillow" };
    }

    /// <summary>Images a second through the loader, epoch after epoch.</summary>
    public static double Loaded(ImageSource source, int threads, double seconds)
    {
        var loader = new ImageLoader(source, new TrainViews(224), batchSize: 32, seed: 0) { Threads = threads };
        var (count, watch) = (0L, Stopwatch.StartNew());
        for (var epoch = 0; ; epoch++)
            foreach (var batch in loader.Epoch(epoch))
            {
                count += batch.Indices.Length;
                if (watch.Elapsed.TotalSeconds >= seconds) return count / watch.Elapsed.TotalSeconds;
            }
    }
}
