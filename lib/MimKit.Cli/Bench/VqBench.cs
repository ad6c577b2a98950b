using System.Diagnostics;
using System.Globalization;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Bench;

/// <summary>The code lookup of a VQ-KD step, beside the whole distance matrix that the released code builds, with libtorch's own operators.</summary>
static class VqBench
{
    const int Vectors = 12_544, Width = 32, Codes = 8192, Rounds = 7;              // 64 images of 196 patches

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var quantizer = new VectorQuantizer(Codes, Width, decay: 0.99, seed: 0);
        manual_seed(1);
        var z = nn.functional.normalize(randn(Vectors, Width), dim: -1);
        var (ids, naive) = (quantizer.Lookup(z), Naive(z, quantizer.Codes));
        bench.Log.WriteLine($"  {ids.eq(naive).sum().item<long>():N0} of {Vectors:N0} codes agree");

        var time = Duel.Fight(Rounds, () => [Seconds(() => quantizer.Lookup(z))], () => [Seconds(() => Naive(z, quantizer.Codes))])[0];
        yield return new($"VQ lookup, {Vectors:N0} x {Width} in {Codes}, {Fused.KernelLevel}", "ms", time, "distance matrix in libtorch, same process") { Peer = "naive" };
        var memory = Duel.Fight(1, () => [PeakMegabytes(() => quantizer.Lookup(z))], () => [PeakMegabytes(() => Naive(z, quantizer.Codes))])[0];
        yield return new("  extra memory at the peak", "MB", memory, "resident set, /proc/self") { Peer = "naive" };
    }

    // norm_ema_quantizer.py: |z|² + |W|² − 2 z Wᵀ as a matrix, then its argmin
    static Tensor Naive(Tensor z, Tensor codes) =>
        (z.square().sum(1L, keepdim: true) + codes.square().sum(1L) - z.matmul(codes.t()) * 2).argmin(1);

    static double Seconds(Func<Tensor> work)
    {
        using var scope = NewDisposeScope();
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed.TotalMilliseconds;
    }

    static double PeakMegabytes(Func<Tensor> work)
    {
        using var scope = NewDisposeScope();
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");                           // the peak starts again from here
        var before = Status("VmRSS");
        work();
        return Math.Max(0.1, (Status("VmHWM") - before) / 1024.0);
    }

    static double Status(string name)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(':', 2)[1].Replace("kB", ""), CultureInfo.InvariantCulture);
    }
}
