using System.Diagnostics;
using System.Globalization;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Export;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Bench;

/// <summary>t-SNE of the raw pixels of 10,000 images, beside scikit-learn with the same settings on the same values; the result must be as good.</summary>
static class TsneBench
{
    const int Judged = 2000;                       // points whose neighbours are ranked
    const double MoreDivergence = 0.02;            // nats that ours may be above

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var folder = Directory.CreateTempSubdirectory("mimkit-tsne");
        try
        {
            yield return Fight(bench, Path.Combine(folder.FullName, "vectors.npy"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static BenchResult Fight(BenchRun bench, string vectors)
    {
        using var scope = NewDisposeScope();
        var features = Features.RawPixels(Datasets.Open("fashion-mnist").Test);
        FeatureFile.Save(features, vectors);
        string[] jobs = ["--vectors", vectors, "--jobs", bench.Threads.ToString(CultureInfo.InvariantCulture)];
        var peer = new Peer("tsne.py", jobs, bench.Threads, bench.Log);
        var setting = peer.FindBest(["--points", "300"], "seconds", higherIsBetter: false, bench.Cancellation);

        var (map, theirs) = (default(EmbeddingMap), default(System.Text.Json.Nodes.JsonObject));
        var duel = Duel.Fight(1,
            ours: () =>
            {
                var watch = Stopwatch.StartNew();
                map = new Tsne().Fit(features);
                return [watch.Elapsed.TotalSeconds];
            },
            theirs: () =>
            {
                theirs = peer.Run(setting, [], bench.Cancellation);
                return [Peer.Number(theirs, "seconds")];
            })[0];
        var (kl, theirKl) = (map!.Divergence!.Value, Peer.Number(theirs!, "divergence"));
        var first = map with { X = map.X[..Judged], Y = map.Y[..Judged], Labels = map.Labels[..Judged] };
        bench.Log.WriteLine(FormattableString.Invariant($"  divergence: MimKit {kl:F4}, scikit-learn {theirKl:F4} nats ({(kl <= theirKl + MoreDivergence ? "as good" : "WORSE")})"));
        bench.Log.WriteLine(FormattableString.Invariant($"  trustworthiness of the first {Judged:N0} among themselves: MimKit {first.Trustworthiness(features.Take(Judged)):F4}, scikit-learn {Peer.Number(theirs!, "trustworthiness"):F4}"));
        return new($"t-SNE, {features.Count:N0} x {features.X.shape[1]}, {Fused.KernelLevel}", "s", duel,
            $"scikit-learn {theirs!["sklearn"]}, {theirs["iterations"]} iterations each, init pca, {bench.Threads} threads each; {setting}") { Peer = "scikit-learn" };
    }
}
