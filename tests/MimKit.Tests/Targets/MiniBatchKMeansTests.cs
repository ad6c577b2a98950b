using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class MiniBatchKMeansTests
{
    private static Tensor Points(int width, params float[] values) => torch.tensor(values, [values.Length / width, width]);

    private static Tensor Noise(int rows, int width, ulong seed = 1) =>
        torch.tensor(new Draw(seed, 0, [0]).Uniform(Purpose.Noise, rows * width), [rows, width]);

    [Fact]
    public void Two_batches_by_hand()
    {
        using var scope = NewDisposeScope();
        var kmeans = new MiniBatchKMeans(2, seed: 0);
        kmeans.StartFrom(Points(2, 0, 0, 4, 0));

        kmeans.PartialFit(Points(2, 1, 0, 0, 1, 5, 0));
        Assert.Equal([.5f, .5f, 5, 0], kmeans.Centres().ToArray<float>());
        Assert.Equal([2, 1], kmeans.Counts);

        kmeans.PartialFit(Points(2, 2, 0, 6, 2, -1, 0, 4, 4));
        Assert.Equal([.5f, .25f, 5, 2], kmeans.Centres().ToArray<float>());
        Assert.Equal([4, 3], kmeans.Counts);
    }

    [Fact]
    public void A_rarely_used_centre_moves_to_a_point_of_the_batch_and_takes_the_smallest_count()
    {
        using var scope = NewDisposeScope();
        var kmeans = new MiniBatchKMeans(4, seed: 0);
        kmeans.StartFrom(Points(1, 0, 100, 200, 300), counts: [100, .5, 2, 40]);

        kmeans.PartialFit(zeros(40, 1));                                           // all to the first; 40 points: the rule is asked

        Assert.Equal([140, 2, 2, 40], kmeans.Counts);
        Assert.Equal([0, 0, 200, 300], kmeans.Centres().ToArray<float>());
    }

    [Fact]
    public void The_rule_is_not_asked_before_ten_points_a_cluster()
    {
        using var scope = NewDisposeScope();
        var kmeans = new MiniBatchKMeans(4, seed: 0);
        kmeans.StartFrom(Points(1, 0, 100, 200, 300), counts: [100, .5, 2, 40]);

        kmeans.PartialFit(zeros(39, 1));

        Assert.Equal([139, .5, 2, 40], kmeans.Counts);
    }

    [Fact]
    public void At_most_half_the_rows_are_used_for_moving_centres()
    {
        using var scope = NewDisposeScope();
        var kmeans = new MiniBatchKMeans(5, seed: 0);
        kmeans.StartFrom(Points(1, 0, 100, 200, 300, 400), counts: [1000, 0, 3, 2, 1]);

        kmeans.PartialFit(zeros(4, 1));                                            // a count of 0: the rule is asked

        Assert.Equal([1004, 2, 3, 2, 2], kmeans.Counts);                           // the two lowest of four
    }

    [Fact]
    public void Separate_blobs_get_a_centre_each()
    {
        using var scope = NewDisposeScope();
        var blobs = torch.tensor(Enumerable.Range(0, 400).Select(i => (float)(i % 8 * 10)).ToArray(), [400, 1]);
        var points = cat([blobs, blobs * 0.5], 1) + Noise(400, 2) * 0.1;
        var kmeans = new MiniBatchKMeans(8, seed: 5);

        for (var i = 0; i < 3; i++) kmeans.PartialFit(points);

        var centres = kmeans.Centres().ToArray<float>().Where((_, i) => i % 2 == 0).Order().ToArray();
        for (var k = 0; k < 8; k++) Assert.InRange(centres[k], 10 * k, 10 * k + 0.1);
        Assert.InRange(kmeans.PartialFit(points), 0, 0.01);
    }

    [Fact]
    public void The_same_seed_gives_the_same_centres_and_another_seed_others()
    {
        using var scope = NewDisposeScope();
        float[] Run(ulong seed)
        {
            var kmeans = new MiniBatchKMeans(10, seed);
            for (var i = 0; i < 4; i++) kmeans.PartialFit(Noise(300, 4, (ulong)i));
            return kmeans.Centres().ToArray<float>();
        }

        Assert.Equal(Run(3), Run(3));
        Assert.NotEqual(Run(3), Run(4));
    }

    [Fact]
    public void One_cluster_is_the_mean_of_all_points()
    {
        using var scope = NewDisposeScope();
        var kmeans = new MiniBatchKMeans(1, seed: 0);
        var points = Noise(50, 3);

        kmeans.PartialFit(points.narrow(0, 0, 20));
        kmeans.PartialFit(points.narrow(0, 20, 30));

        Assert.True(kmeans.Centres().squeeze(0).allclose(points.mean([0]), 1e-5, 1e-6));
    }

    [Fact]
    public void Equal_points_give_equal_centres_of_which_the_first_is_used()
    {
        using var scope = NewDisposeScope();
        var kmeans = new MiniBatchKMeans(3, seed: 0);
        var points = full([20, 2], 0.7);

        kmeans.PartialFit(points);

        Assert.True(kmeans.Centres().allclose(full([3, 2], 0.7)));
        Assert.Equal(0, kmeans.PartialFit(points), 1e-5);
    }

    [Fact]
    public void Too_few_points_no_clusters_and_other_widths_are_refused_with_the_numbers()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("asked for 0", Assert.Throws<ArgumentException>(() => new MiniBatchKMeans(0, 0)).Message);
        var kmeans = new MiniBatchKMeans(5, seed: 0);
        Assert.Contains("5 clusters cannot start from 4 points", Assert.Throws<ArgumentException>(() => kmeans.PartialFit(Noise(4, 2))).Message);
        Assert.Contains("PartialFit", Assert.Throws<InvalidOperationException>(kmeans.Centres).Message);
        kmeans.PartialFit(Noise(9, 2));
        Assert.Contains("2 values, these points 3", Assert.Throws<ArgumentException>(() => kmeans.PartialFit(Noise(9, 3))).Message);
        kmeans.PartialFit(Noise(2, 2));                                            // a later batch may be small
    }

    [Fact]
    public void A_batch_leaves_no_tensor_alive()
    {
        using var scope = NewDisposeScope();
        var kmeans = new MiniBatchKMeans(8, seed: 0);
        var points = Noise(100, 3);
        GC.Collect();                                                              // what earlier tests left must not be freed while this one counts
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;

        for (var i = 0; i < 5; i++) kmeans.PartialFit(points);

        Assert.Equal(before, Tensor.TotalCount);
    }
}
