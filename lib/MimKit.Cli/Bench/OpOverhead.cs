using System.Diagnostics;
using System.Globalization;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Bench;

/// <summary>What a call costs when the tensors are tiny: an operator, a layer, a forward and backward pass; against the same from Python.</summary>
static class OpOverhead
{
    const int Calls = 2_000, Repeats = 100, Rounds = 5;
    static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var peer = new Peer("op_overhead.py", ["--calls", Calls.ToString(Plain), "--repeats", Repeats.ToString(Plain)], bench.Threads, bench.Log);
        var setting = peer.FindBest(["--calls", (Calls / 4).ToString(Plain)], "add_us", higherIsBetter: false, bench.Cancellation);

        using var scope = NewDisposeScope();
        var measures = Measures().ToList();
        var duels = Duel.Fight(Rounds,
            ours: () => [.. measures.Select(one => Microseconds(one.Ours, one.Calls))],
            theirs: () =>
            {
                var printed = peer.Run(setting, [], bench.Cancellation);
                return [.. measures.Select(one => Peer.Number(printed, one.Key))];
            });
        return measures.Zip(duels, (one, duel) => new BenchResult(one.Name, "µs a call", duel, setting.ToString()));
    }

    record struct Measure(string Key, string Name, int Calls, Action<int> Ours);

    static IEnumerable<Measure> Measures()
    {
        Tensor a = randn(4, 4), b = randn(4, 4);
        Tensor x = randn(1, 8), weight = randn(8, 8), bias = randn(8);
        Tensor c = randn(4, 4).requires_grad_(), d = randn(4, 4).requires_grad_();
        yield return new("add_us", "a.add(b), 4×4", Calls, calls =>
        {
            using var quiet = no_grad();
            for (var i = 0; i < calls; i++) a.add(b).Dispose();
        });
        yield return new("linear_us", "linear, 1×8 by 8×8", Calls, calls =>
        {
            using var quiet = no_grad();
            for (var i = 0; i < calls; i++) nn.functional.linear(x, weight, bias).Dispose();
        });
        yield return new("matmul_sum_backward_us", "(a @ b).sum().backward(), 4×4", Calls / 10, calls =>
        {
            for (var i = 0; i < calls; i++)
            {
                using var product = c.matmul(d);
                using var sum = product.sum();
                sum.backward();
            }
        });
    }

    // As Python's timeit: the best of repeats of a loop, after one that warms up; whatever is slower is the machine doing something else.
    // Repeats are short, so that some of them meet a quiet moment. The warm-up lasts until the compiler's second tier, which works in the background, has surely replaced the first's code.
    static double Microseconds(Action<int> loop, int calls)
    {
        for (var warmUp = Stopwatch.StartNew(); warmUp.ElapsedMilliseconds < 500;) loop(calls);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < Repeats; i++)
        {
            var watch = Stopwatch.StartNew();
            loop(calls);
            if (watch.Elapsed < best) best = watch.Elapsed;
        }
        return best.TotalMicroseconds / calls;
    }
}
