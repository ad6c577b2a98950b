using System.Diagnostics;
using System.Globalization;
using MimKit.Models;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Bench;

/// <summary>
/// What token morphing adds to a step: two drawn granularities of 64 images of 196 tokens, grouping, group means and cosine distance, beside the forward pass of
/// ViT-B/16 on as many images, eight at a time; and the same in straightforward PyTorch.
/// </summary>
static class Dtm
{
    const int Images = 64, Tokens = 196, Width = 512, Part = 8, Repeats = 3, Rounds = 2;

    // 98 and 96 tokens left, in 7 and 4 rounds: near the mean of what training draws
    static readonly int[][] Merges = [[14, 14, 14, 14, 14, 14, 14], [25, 25, 25, 25]];

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var precision = Precisions.Best;
        var peer = new Peer("dtm.py",
            ["--tokens", Text(Tokens), "--width", Text(Width), "--part", Text(Part), "--repeats", Text(Repeats), "--merges", string.Join(';', Merges.Select(draw => string.Join(',', draw))), "--precision", precision == Precision.BFloat16 ? "bf16" : "fp32"],
            bench.Threads, bench.Log);
        var setting = peer.FindBest(["--images", Text(Part), "--repeats", "1"], "forward_ms", higherIsBetter: false, bench.Cancellation);

        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var network = new BeitVit(VitConfig.Base16, new() { BlockBias = true }, Width, null, precision, seed: 0);
        network.eval();
        var (u, v, images) = (randn(Images, Tokens, Width), randn(Images, Tokens, Width), randn(Images, 3, 224, 224));
        var duels = Duel.Fight(Rounds,
            ours: () =>
            {
                var (morphing, forward) = (Milliseconds(() => Morph(u, v)), InParts(images, part => network.EncodeWhole(part)));
                return [morphing, forward, 100 * morphing / forward];
            },
            theirs: () =>
            {
                var printed = peer.Run(setting, ["--images", Text(Images)], bench.Cancellation);
                return [Peer.Number(printed, "morph_ms"), Peer.Number(printed, "forward_ms"), Peer.Number(printed, "share")];
            });
        return
        [
            new BenchResult($"morphing {Images}×{Tokens}×{Width}, two granularities", "ms", duels[0], setting.ToString()),
            new BenchResult($"ViT-B/16 forward of {Images} images in parts of {Part}, {precision}", "ms", duels[1], setting.ToString()),
            new BenchResult("morphing against the forward pass", "%", duels[2], setting.ToString()),
        ];
    }

    static void Morph(Tensor u, Tensor v)
    {
        foreach (var merges in Merges)
        {
            var draw = new Draw(0, 0, [.. Enumerable.Range(0, Images).Select(i => (long)i)]);
            var morphing = DynamicMorphing.Fixed(Tokens - merges.Sum(), merges.Length);
            foreach (var (x, y) in morphing.Apply(u, new(v), () => v, draw)) new Cosine().Loss(x, y).ToDouble();
        }
    }

    // the median, after one run that warms up
    static double Milliseconds(Action run)
    {
        var times = new List<double>();
        for (var i = 0; i <= Repeats; i++)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            run();
            if (i > 0) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return times.Order().ElementAt(Repeats / 2);
    }

    // all images once, after a part that warms up: two seconds of arithmetic need no repeat within a round
    static double InParts(Tensor images, Action<Tensor> run)
    {
        var start = 0L;
        for (var first = -Part; first < Images; first += Part)
        {
            using var scope = NewDisposeScope();
            if (first == 0) start = Stopwatch.GetTimestamp();
            run(images.narrow(0, Math.Max(0, first), Part));
        }
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
