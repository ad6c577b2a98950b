using System.Diagnostics;
using System.Globalization;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Bench;

/// <summary>Full k-means, assignment and update, beside faiss from the same centres over the same points.</summary>
static class KMeansBench
{
    const int Points = 1_000_000, Width = 384, Clusters = 1000, Passes = 2, Rounds = 3, Batch = 50_000;
    const double InertiaTolerance = 1e-3;

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        string[] sizes = ["--points", Text(Points), "--width", Text(Width), "--clusters", Text(Clusters), "--iterations", Text(Passes)];
        var peer = new Peer("kmeans_faiss.py", sizes, bench.Threads, bench.Log);
        var setting = peer.FindBest(["--points", Text(Points / 20)], "seconds", higherIsBetter: false, bench.Cancellation);

        using var scope = NewDisposeScope();
        var x = HashedPoints(Points, Width);
        var start = x.narrow(0, 0, Clusters).clone();
        // a round is a pass and an update; the pass of the result is the last: as many passes as faiss has iterations, one update less
        var lloyd = new Lloyd { Rounds = Passes - 1, RelocateEmpty = false };
        var (inertia, theirs, version) = (0.0, 0.0, "");
        var duel = Duel.Fight(Rounds,
            ours: () =>
            {
                var watch = Stopwatch.StartNew();
                inertia = lloyd.Fit(() => Batches(x), start).Inertia;
                return [watch.Elapsed.TotalSeconds];
            },
            theirs: () =>
            {
                var printed = peer.Run(setting, [], bench.Cancellation);
                theirs = printed["inertia"]![Passes - 1]!.GetValue<double>();
                version = $"faiss {printed["faiss"]}, {printed["index"]}, {printed["threads"]} threads, no sub-sampling";
                return [Peer.Number(printed, "seconds")];
            })[0];
        var difference = Math.Abs(inertia / theirs - 1);
        bench.Log.WriteLine(FormattableString.Invariant($"  inertia after {Passes - 1} update(s): MimKit {inertia:F1}, faiss {theirs:F1}, apart by {100 * difference:F4} % ({(difference <= InertiaTolerance ? "within" : "OUTSIDE")} {100 * InertiaTolerance} %)"));
        yield return new($"k-means, {Points:N0} x {Width}, K = {Clusters}, {Fused.KernelLevel}", "s", duel, $"{version}; {setting}") { Peer = "faiss" };
    }

    static IEnumerable<Tensor> Batches(Tensor x)
    {
        for (long first = 0; first < x.size(0); first += Batch) yield return x.narrow(0, first, Math.Min(Batch, x.size(0) - first));
    }

    // as points() of bench/peers/kmeans_faiss.py
    static Tensor HashedPoints(int count, int width)
    {
        var x = empty(count, width);
        unsafe
        {
            fixed (float* first = x.data<float>())
            {
                var values = (nint)first;
                Parallel.For(0, count, row =>
                {
                    var at = (float*)values + (long)row * width;
                    for (var i = 0; i < width; i++)
                    {
                        var h = unchecked((uint)((ulong)row * (ulong)width + (ulong)i));
                        h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
                        h = (h ^ (h >> 13)) * 0xC2B2AE35u;
                        at[i] = ((h ^ (h >> 16)) >> 8) * (1f / (1 << 24));
                    }
                });
            }
        }
        return x;
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
