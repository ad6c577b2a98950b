using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class LloydTests
{
    private static PointBatches Points(params float[] xy) => () => [tensor(xy, [xy.Length / 2, 2])];

    [Fact]
    public void Two_pairs_are_found_and_the_batches_do_not_matter()
    {
        using var scope = NewDisposeScope();
        float[] points = [0, 0, 0, 2, 9, 0, 9, 2];
        var start = tensor([0f, 0, 1, 1], [2, 2]);
        var whole = new Lloyd().Fit(Points(points), start);
        var split = new Lloyd().Fit(() => new[] { points[..2], points[2..6], points[6..] }.Select(part => tensor(part, [part.Length / 2, 2])), start);

        Assert.Equal([0, 1, 9, 1], whole.Centres.ToArray<float>());
        Assert.Equal(whole.Centres.ToArray<float>(), split.Centres.ToArray<float>());
        Assert.Equal(4, whole.Inertia, 6);
        Assert.Equal([2, 2], whole.Counts);
        Assert.Equal(whole.Rounds, split.Rounds);
    }

    [Fact] // METHODS 6.3
    public void Spherical_rounds_give_the_hand_computed_means()
    {
        using var scope = NewDisposeScope();
        var rows = nn.functional.normalize(tensor([1f, 0.1f, 1, -0.1f, 0.1f, 1, -0.1f, 1, -1, -1], [5, 2]), dim: -1);
        var start = rows.index_select(0, tensor([0L, 2, 1]));
        var cosine = new Lloyd { Spherical = true, RelocateEmpty = false };
        var once = (cosine with { Rounds = 1 }).Fit(() => [rows], start).Centres.ToArray<float>();
        var twice = (cosine with { Rounds = 2 }).Fit(() => [rows], start);

        foreach (var (wanted, found) in new[] { 0.995037f, 0.099504f, 0, 1, 0.336186f, -0.941795f }.Zip(once)) Assert.Equal(wanted, found, 2e-6f);
        Assert.Equal([2, 2, 1], twice.Counts);
        Assert.Equal(-0.707107f, twice.Centres[2][0].item<float>(), 5);
    }

    [Fact]
    public void An_empty_cluster_takes_the_farthest_point_or_keeps_its_centre()
    {
        using var scope = NewDisposeScope();
        var start = tensor([0f, 0, 100, 100], [2, 2]);
        var moved = new Lloyd { Rounds = 1 }.Fit(Points(0, 0, 1, 0, 5, 0), start);
        var kept = new Lloyd { Rounds = 1, RelocateEmpty = false }.Fit(Points(0, 0, 1, 0, 5, 0), start);

        Assert.Equal([0.5f, 0, 5, 0], moved.Centres.ToArray<float>());
        Assert.Equal([2, 0, 100, 100], kept.Centres.ToArray<float>());
        Assert.Equal(1, kept.Empty);
        Assert.Equal(1, kept.LargestShare);
    }

    [Fact]
    public void Fewer_distinct_points_than_clusters_end_with_empty_clusters()
    {
        using var scope = NewDisposeScope();
        var fit = new Lloyd().Fit(Points(3, 3, 3, 3), tensor([3f, 3, 0, 0, 9, 9], [3, 2]));
        Assert.Equal([2, 0, 0], fit.Counts);
        Assert.Equal(0, fit.Inertia);
    }

    [Fact]
    public void One_cluster_is_the_mean()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([2, 1], new Lloyd().Fit(Points(0, 0, 4, 2), tensor([7f, 7], [1, 2])).Centres.ToArray<float>());
    }

    [Fact]
    public void Sums_over_ranks_equal_one_rank_with_all_points()
    {
        using var scope = NewDisposeScope();
        var start = tensor([0f, 0, 4, 4], [2, 2]);
        var whole = new Lloyd { RelocateEmpty = false, Rounds = 3 }.Fit(Points(0, 1, 5, 5, 0, 1, 5, 5), start);
        var part = new Lloyd { RelocateEmpty = false, Rounds = 3, AllReduce = sums => sums.mul_(2) }.Fit(Points(0, 1, 5, 5), start);
        Assert.Equal(whole.Centres.ToArray<float>(), part.Centres.ToArray<float>());
        Assert.Equal(whole.Inertia, part.Inertia);
    }

    [Fact]
    public void No_points_and_NaN_are_refused()
    {
        using var scope = NewDisposeScope();
        var start = zeros(1, 2);
        Assert.Contains("no points", Assert.Throws<ArgumentException>(() => new Lloyd().Fit(() => [], start)).Message);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => new Lloyd().Fit(Points(float.NaN, 0), start)).Message);
    }
}
