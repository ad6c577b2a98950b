using System.Runtime.Intrinsics;
using MimKit.Data;
using MimKit.Metrics;

namespace MimKit.Tests.Metrics;

public class LossXrayTests
{
    [Fact]
    public void Ids_of_a_fixed_pattern_cost_what_each_predictor_cannot_know()
    {
        long[] train = [.. Enumerable.Repeat<long[]>([0, 1, 2, 3], 4000).SelectMany(ids => ids)];   // 2x2 patches, always the same
        var xray = LossXray.OfIds(train, train, rows: 2, columns: 2, tokens: 4, smoothing: 1e-9);
        Assert.Equal([Math.Log(4), 0, 0], xray.Levels.Select(level => level.Loss), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(["unigram", "position only", "left neighbour"], xray.Levels.Select(level => level.Predictor));
    }

    [Fact]
    public void Smoothing_is_added_to_every_count()
    {
        var xray = LossXray.OfIds([0, 0, 0], [1, 1, 1], rows: 1, columns: 3, tokens: 2, smoothing: 1);
        Assert.Equal(Math.Log(5), xray.Levels[0].Loss, 12);                            // (0 + 1) / (3 + 2)
        Assert.Equal(Math.Log(3), xray.Levels[1].Loss, 12);                            // (0 + 1) / (1 + 2)
        Assert.Equal((Math.Log(3) + 2 * Math.Log(2)) / 3, xray.Levels[2].Loss, 12);    // left id 1 was never seen: 1 / 2
    }

    [Fact]
    public void Fashion_mnist_pixel_clusters_have_the_known_levels()
    {
        var (train, val, _) = Datasets.Open("fashion-mnist");
        var (fit, held) = (Patches(train.Take(10_000)), Patches(val));
        var centres = KMeans(fit, clusters: 50, rounds: 8);
        var xray = LossXray.OfIds(Nearest(fit, centres), Nearest(held, centres), 7, 7, 50);
        Assert.InRange(xray.Levels[0].Loss, 2.98 - 0.08, 2.98 + 0.08);
        Assert.InRange(xray.Levels[1].Loss, 2.43 - 0.08, 2.43 + 0.08);
        Assert.InRange(xray.Levels[2].Loss, 2.09 - 0.08, 2.09 + 0.08);
        Assert.Matches(@"over the patches that have one it costs 2\.[23]", xray.ToString());   // 2.27 by an independent measurement
    }

    [Fact]
    public void Vectors_are_predicted_by_their_mean_patch()
    {
        float[] train = [1, 3, 5, 7, 3, 5, 7, 9];        // two images, two positions, width 2: means (2, 4) and (6, 8), global (4, 6)
        var xray = LossXray.OfVectors(train, [2, 4, 6, 10], positions: 2, width: 2);
        Assert.Equal((4 + 4 + 4 + 16) / 4.0, xray.Levels[0].Loss, 12);
        Assert.Equal((0 + 0 + 0 + 4) / 4.0, xray.Levels[1].Loss, 12);
        Assert.Equal(("MSE", 1.0), (xray.Unit, xray.WithoutContext));
    }

    [Fact]
    public void Constant_patches_are_left_out_on_request_and_their_share_is_printed()
    {
        var xray = LossXray.OfVectors([0, 0, 1, -1], [0, 0, 2, -2], positions: 2, width: 2, leaveOutConstant: true);
        Assert.Equal(1, xray.Levels[1].Loss, 12);
        Assert.Contains("left out: 50.0", xray.ToString());
    }

    [Fact]
    public void A_model_is_told_what_context_gains()
    {
        var xray = LossXray.OfIds([0, 1, 0, 1], [0, 1], 1, 2, 2);
        var loss = xray.WithoutContext;
        Assert.Equal(0.25, xray.ContextGain(loss - 0.25), 12);
        Assert.Contains("of it context gains 0.100", xray.Against(loss - 0.1));
        Assert.Contains("context gains nothing yet", xray.Against(loss + 0.1));
        Assert.Contains("predictor", (string)xray.MimeBundle()["text/html"]);
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        Assert.Contains("not a whole number of images", Assert.Throws<ArgumentException>(() => LossXray.OfIds([0, 1, 0], [0, 1], 1, 2, 2)).Message);
        Assert.Contains("outside a codebook of 2", Assert.Throws<ArgumentException>(() => LossXray.OfIds([0, 1], [0, 2], 1, 2, 2)).Message);
        Assert.Contains("above 0", Assert.Throws<ArgumentOutOfRangeException>(() => LossXray.OfIds([0, 1], [0, 1], 1, 2, 2, 0)).Message);
        Assert.Contains("patches of 2", Assert.Throws<ArgumentException>(() => LossXray.OfVectors([1, 2, 3], [1, 2], 1, 2)).Message);
    }

    private static float[][] Patches(ImageSet set)   // 7x7 patches of 4x4 pixels an image
    {
        var patches = new float[set.Count * 49][];
        for (var i = 0; i < patches.Length; i++)
        {
            var (image, row, column) = (i / 49, i % 49 / 7 * 4, i % 7 * 4);
            var pixels = set.Image(image);
            var patch = new float[16];
            for (var p = 0; p < 16; p++) patch[p] = pixels[(row + p / 4) * 28 + column + p % 4] / 255f;
            patches[i] = patch;
        }
        return patches;
    }

    private static float[][] KMeans(float[][] patches, int clusters, int rounds)   // Lloyd on every seventh patch, from random patches
    {
        var order = new CounterHash(0).Permutation(patches.Length);
        var sample = order[..(patches.Length / 7)].Select(i => patches[i]).ToArray();
        var centres = sample.DistinctBy(patch => string.Join(',', patch)).Take(clusters).Select(patch => patch.ToArray()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var group in sample.Zip(Nearest(sample, centres)).GroupBy(pair => pair.Second))
            {
                var members = group.Select(pair => pair.First).ToArray();
                for (var d = 0; d < 16; d++) centres[group.Key][d] = members.Average(patch => patch[d]);
            }
        }
        return centres;
    }

    private static long[] Nearest(float[][] patches, float[][] centres) => Array.ConvertAll(patches, patch =>
    {
        var (best, nearest) = (float.MaxValue, 0L);
        for (var k = 0; k < centres.Length; k++)
        {
            var (a, b) = (Vector512.Create<float>(patch), Vector512.Create<float>(centres[k]));
            var distance = Vector512.Sum((a - b) * (a - b));
            if (distance < best) (best, nearest) = (distance, k);
        }
        return nearest;
    });
}
