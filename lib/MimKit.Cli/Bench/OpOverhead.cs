using System.Diagnostics;
using System.Globalization;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Bench;

/// <summary>What a call costs when the tensors are tiny: an operator, a layer, a forward and backward pass; against the same from Python.</summary>
static class OpOverhead
{
    const int Calls = 20_000, Repeats = 9, Rounds = 3;

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var peer = new Peer("op_overhead.py", ["--calls", Calls.ToString(CultureInfo.InvariantCulture), "--repeats", Repeats.ToString(CultureInfo.InvariantCulture)], bench.Threads, bench.Log);
        var setting = peer.FindBest(["--calls", "4000", "--repeats", "3"], "add_us", higherIsBetter: false, bench.Cancellation);
        manual_seed(0);
        using var scope = NewDisposeScope();
        foreach (var (key, measure, ours) in Measures())
        {
            var calls = key == "matmul_sum_backward_us" ? Calls / 10 : Calls;
            var duel = Duel.Fight(Rounds, () => Microseconds(ours, calls), () => Peer.Number(peer.Run(setting, [], bench.Cancellation), key));
            yield return new BenchResult(measure, "µs a call", duel, setting.ToString());
        }
    }

    static IEnumerable<(string Key, string Measure, Action<int> Ours)> Measures()
    {
        Tensor a = randn(4, 4), b = randn(4, 4);
        Tensor x = randn(1, 8), weight = randn(8, 8), bias = randn(8);
        Tensor c = randn(4, 4).requires_grad_(), d = randn(4, 4).requires_grad_();
        yield return ("add_us", "a.add(b), 4×4", calls =>
        {
            using var quiet = no_grad();
            for (var i = 0; i < calls; i++) a.add(b).Dispose();
        });
        yield return ("linear_us", "linear, 1×8 by 8×8", calls =>
        {
            using var quiet = no_grad();
            for (var i = 0; i < calls; i++) nn.functional.linear(x, weight, bias).Dispose();
        });
        yield return ("matmul_sum_backward_us", "(a @ b).sum().backward(), 4×4", calls =>
        {
            for (var i = 0; i < calls; i++)
            {
                using var product = c.matmul(d);
                using var sum = product.sum();
                sum.backward();
            }
        });
    }

    // As Python's timeit: the median of repeats of a loop, after one that warms up.
    static double Microseconds(Action<int> loop, int calls)
    {
        loop(calls);
        var times = new double[Repeats];
        for (var i = 0; i < Repeats; i++)
        {
            var watch = Stopwatch.StartNew();
            loop(calls);
            times[i] = watch.Elapsed.TotalMicroseconds / calls;
        }
        Array.Sort(times);
        return times[Repeats / 2];
    }
}
