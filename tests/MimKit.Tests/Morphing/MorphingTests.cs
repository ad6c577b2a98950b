using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Models;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.TokenMorphing;

/// <summary>Token morphing by the vectors of METHODS 6.1, 6.2 and 6.8, and by its laws; the released code's stored cases are run by MimKit.Cli.Tests.</summary>
public class MorphingTests
{
    private static readonly float[] A1 = [1, 0, 0, 1, .6f, .8f, .8f, .6f];
    private static readonly float[] A2 = [1, 0, .9f, .1f, 0, 1, .3f, .9f, .7f, .7f, .6f, .8f];

    private static Draw Step(long step, int images = 3) => new(5, 0, [.. Enumerable.Range(0, images).Select(i => (long)i)]) { Step = step };
    private static Tensor Random(int images, int tokens, int width, long seed = 1)
    {
        manual_seed(seed);
        return randn(images, tokens, width);
    }

    [Theory]
    [InlineData(1, 1, new long[] { 0, 1, 2, 2 })]
    [InlineData(0, 1, new long[] { 0, 1, 2, 2 })]
    [InlineData(0, 2, new long[] { 1, 0, 1, 1 })]
    public void Four_tokens_by_hand(int guarded, int merges, long[] groups)
    {
        using var scope = NewDisposeScope();
        var group = BipartiteGroups.Of(torch.tensor(A1, [1, 4, 2]), [merges], null, guarded, meansOfMeans: false);
        Assert.Equal(groups, group.ToArray<long>());
    }

    [Theory]
    [InlineData(1, new long[] { 0, 1, 2, 3, 3, 3 })]
    [InlineData(0, new long[] { 1, 1, 2, 3, 0, 3 })]
    public void Six_tokens_in_two_rounds_by_hand(int guarded, long[] groups)
    {
        using var scope = NewDisposeScope();
        var group = BipartiteGroups.Of(torch.tensor(A2, [1, 6, 2]), [1, 1], null, guarded, meansOfMeans: false);
        Assert.Equal(groups, group.ToArray<long>());
    }

    [Fact]
    public void Losses_of_the_four_tokens_by_hand()
    {
        using var scope = NewDisposeScope();
        var (u, v) = (torch.tensor([1f, 0, 0, 1, 1, 0, .5f, 1], [1, 4, 2]), new TargetValues(torch.tensor(A1, [1, 4, 2])));
        var merged = new Given(new(torch.tensor(new long[] { 0, 1, 2, 2 }, [1, 4]), 3));
        double Loss(Morphing morphing, Objective objective)
        {
            var (x, y) = morphing.Apply(u, v, () => v.Values, Step(0)).Single();
            return objective.Loss(x, y).item<double>();
        }

        Assert.Equal(0.0097097, Loss(merged, new Cosine()), 1e-6);
        Assert.Equal(0.0026562, Loss(merged, new SmoothL1()), 1e-6);
        Assert.Equal(0.0106250, Loss(merged, new MeanSquared()), 1e-6);
        Assert.Equal(0.0625, Loss(merged, new MeanAbsolute()), 1e-6);
        Assert.Equal(0.1263932, Loss(Morphing.None, new Cosine()), 1e-6);
        Assert.Equal(0.0061163, Loss(Morphing.ImageLevel, new Cosine()), 1e-6);
    }

    [Fact]
    public void The_golden_student_gives_the_golden_outputs_groups_and_losses()
    {
        using var scope = NewDisposeScope();
        using var network = new BeitVit(new() { Width = 12, Blocks = 2, Heads = 3, PatchSize = 16, ImageSize = 64 }, new() { BlockBias = true }, 6, null, Precision.Float32, seed: 0);
        Golden.Fill(network);
        var u = network.Head(network.Encode(Golden.Image(), Golden.Hidden()).Last.narrow(1, 1, 16));
        Golden.AssertNear([-2.11361658, -.71983912, -2.54714791, .88945087, -.95888805, .07148751], u[0, 0]);
        Golden.AssertNear([-2.19153179, -.54594031, -2.62902434, .90091918, -.93480869, .08441410], u[0, 15]);
        var v = torch.tensor([.. Enumerable.Range(0, 96).Select(i => (float)Math.Cos(0.9 * Math.Pow(i, 1.1)))], [1, 16, 6]);

        foreach (var (n, k, r, groups, loss) in new[]
        {
            (0, 1, new int[0], "", 1.0238790551),
            (5, 2, [3, 3], "0|4|3|7,14|2|8|1,12|5,10|9|6,11,13,15", .9908049818),
            (12, 3, [4, 4, 3], "0|2,5,8,10|1,12|4,7,14|3,6,9,11,13,15", 1.0194507610),
        })
        {
            Assert.Equal(n == 12 ? 5 : 16 - r.Sum(), 16 - MorphSchedule.Released(16, n, k, 16).Sum());
            var grouping = new Grouping(BipartiteGroups.Of(v, MorphSchedule.Released(16, n, k, 16), null, guarded: 1, meansOfMeans: false), 16 - MorphSchedule.Released(16, n, k, 16).Sum());
            var (x, y) = new Given(grouping).Apply(u, new(v), () => v, Step(0)).Single();
            Assert.Equal(loss, new Cosine().Loss(x, y).item<double>(), 2e-5);
            if (groups.Length > 0) Assert.Equal(groups.Split('|').Order(), Members(grouping.Group[0].ToArray<long>()).Order());
        }
    }

    private static IEnumerable<string> Members(long[] group) => group.Select((g, i) => (g, i)).GroupBy(x => x.g, x => x.i).Select(x => string.Join(",", x));

    [Fact]
    public void Released_schedules_leave_what_the_code_leaves()
    {
        foreach (var (n, k, each, left) in new[]
        {
            (0, 1, 0, 196), (1, 1, 1, 195), (1, 14, 1, 182), (5, 3, 2, 190), (10, 4, 3, 184), (97, 1, 97, 99), (98, 1, 98, 99), (98, 7, 14, 98), (100, 14, 8, 84), (120, 1, 120, 99),
            (140, 3, 47, 55), (180, 14, 13, 14), (190, 14, 14, 8), (196, 1, 196, 99), (196, 2, 98, 50), (196, 3, 65, 34), (196, 13, 15, 9), (196, 14, 14, 8),
        })
        {
            Assert.Equal(each, MorphSchedule.EachRound(n, k, 196));
            Assert.Equal(left, 196 - MorphSchedule.Released(196, n, k, 196).Sum());
        }
        var all = (from n in Enumerable.Range(0, 197) from k in Enumerable.Range(1, 14) select 196 - MorphSchedule.Released(196, n, k, 196).Sum()).ToArray();
        Assert.Equal(98.4935, all.Average(), 1e-4);
        Assert.Equal(8, all.Min());
        Assert.Equal(0.232415, all.Count(left => left <= 50) / (double)all.Length, 1e-6);
    }

    [Fact]
    public void The_papers_schedule_reaches_every_number_of_tokens_and_merges_at_most_half_a_round()
    {
        Assert.Equal([19, 19, 19, 19, 20], MorphSchedule.Paper(196, 100, 5));
        Assert.Equal([6, 6, 6, 6, 6, 6, 10], MorphSchedule.Paper(196, 150, 7));
        Assert.Empty(MorphSchedule.Paper(196, 196, 3));
        Assert.Equal([.. Enumerable.Repeat(10, 13), 17], MorphSchedule.Paper(196, 49, 14));
        foreach (var tokens in new[] { 1, 2, 7, 49 })
            for (var left = 1; left <= tokens; left++)
                for (var rounds = 1; rounds <= 14; rounds++)
                {
                    var t = tokens;
                    foreach (var r in MorphSchedule.Paper(tokens, left, rounds))
                    {
                        Assert.InRange(r, 1, t / 2);
                        t -= r;
                    }
                    Assert.Equal(left, t);
                }
        Assert.Contains("1 to 49", Assert.Throws<ArgumentException>(() => MorphSchedule.Paper(49, 50, 1)).Message);
    }

    [Theory]
    [InlineData(false, 0, true)]
    [InlineData(false, 0, false)]
    [InlineData(true, 0, false)]
    [InlineData(true, 1, false)]
    [InlineData(true, 1, true)]
    [InlineData(true, 2, false)]
    public void The_native_rounds_equal_the_composed_ones(bool alternate, int guarded, bool meansOfMeans)
    {
        using var scope = NewDisposeScope();
        var v = Random(5, 23, 8);
        int[] merges = [5, 1, 8, 3];                                               // 23, 18, 17, 9 tokens
        var order = alternate ? null : cat(new[] { 23, 18, 17, 9 }.Select((t, round) => torch.tensor(Step(0, 5).Permutation(Purpose.Morph, t, round), [5, t])), 1);
        if (guarded == 2) merges = [5, 1, 7, 3];

        var composed = BipartiteGroups.Composed(v.matmul(v.transpose(1, 2)), merges, order, guarded, meansOfMeans);
        Assert.Equal(composed.ToArray<long>(), BipartiteGroups.Of(v, merges, order, guarded, meansOfMeans).ToArray<long>());
        Assert.Equal(23 - merges.Sum(), composed.max().item<long>() + 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_native_group_means_equal_the_composed_ones_and_so_do_their_gradients(bool some)
    {
        using var scope = NewDisposeScope();
        var group = torch.tensor(new long[] { 0, 3, 3, 1, 0, 3, 3, 0, 0, 0, 0, 0 }, [2, 6]);                       // group 2 is empty in both
        var counted = some ? torch.tensor([1f, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1], [2, 6]) : null;
        var (native, composed) = (Random(2, 6, 5).requires_grad_(), Random(2, 6, 5).requires_grad_());
        var weights = Random(2, 4, 5, seed: 2);
        var (mean, expected) = (TokenGroups.Mean(native, group, 4, counted), TokenGroups.ComposedMean(composed, group, 4, counted));
        (mean * weights).sum().backward();
        (expected * weights).sum().backward();
        Assert.Equal(0, (mean - expected).abs().max().item<float>(), 1e-6);
        Assert.Equal(0, (native.grad! - composed.grad!).abs().max().item<float>(), 1e-6);
        Assert.Contains("outside [0, 3)", Assert.ThrowsAny<Exception>(() => TokenGroups.Mean(native, group, 3)).Message);
    }

    [Fact]
    public void Too_many_merges_and_foreign_permutations_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("at most 3", Assert.ThrowsAny<Exception>(() => BipartiteGroups.Of(Random(1, 7, 2), [4], null, 0, false)).Message);
        Assert.Contains("outside [0, 4)", Assert.ThrowsAny<Exception>(() => BipartiteGroups.Of(Random(1, 4, 2), [1], torch.tensor(new long[] { 0, 1, 2, 9 }, [1, 4]), 0, false)).Message);
    }

    [Fact]
    public void Each_step_draws_its_own_granularity_and_a_samples_groups_do_not_depend_on_the_batch()
    {
        using var scope = NewDisposeScope();
        var (v, morphing) = (Random(3, 49, 6), new DynamicMorphing { MostRounds = 4 });
        var counts = Enumerable.Range(0, 40).Select(step => morphing.Draw(v, Step(step))).ToArray();
        Assert.All(counts, drawn => Assert.Equal(2, drawn.Count));
        Assert.True(counts.Select(drawn => drawn[0].Count).Distinct().Count() > 15);
        Assert.Contains(counts, drawn => drawn[0].Count != drawn[1].Count);

        var alone = morphing.Draw(v.narrow(0, 2, 1), new(5, 0, [2]) { Step = 3 });
        Assert.Equal(morphing.Draw(v, Step(3))[1].Group[2].ToArray<long>(), alone[1].Group[0].ToArray<long>());
        foreach (var grouping in counts[7]) Assert.True(grouping.Sizes().gt(0).all().item<bool>());                    // exactly n groups, none empty
        Assert.Equal(9, DynamicMorphing.Fixed(9, 3).Draw(v, Step(1)).Single().Count);
    }

    [Fact]
    public void Morphed_ids_cost_the_soft_cross_entropy_of_group_means()
    {
        using var scope = NewDisposeScope();
        var (logits, ids) = (Random(2, 12, 5), torch.tensor([.. Enumerable.Range(0, 24).Select(i => (long)(i * 7 % 5))], [2, 12]));
        var grouping = new KMeansMorphing(4).Draw(Random(2, 12, 3, seed: 2), Step(0, 2)).Single();
        var (u, v) = new Given(grouping).Apply(logits, new(ids), () => logits, Step(0, 2)).Single();

        var soft = new TargetValues(grouping.Mean(nn.functional.one_hot(ids, 5).to(float32)), grouping.Sizes());
        Assert.Equal(new CrossEntropy().Loss(grouping.Mean(logits), soft).item<double>(), new CrossEntropy().Loss(u, v).item<double>(), 1e-5);
    }

    [Fact]
    public void Group_means_leave_out_what_does_not_count()
    {
        using var scope = NewDisposeScope();
        var grouping = new Grouping(torch.tensor(new long[] { 0, 0, 1, 1 }, [1, 4]), 2);
        var counted = torch.tensor(new float[] { 1, 0, 0, 0 }, [1, 4]);
        Assert.Equal([3, 0], grouping.Mean(torch.tensor(new float[] { 3, 5, 7, 9 }, [1, 4, 1]), counted).ToArray<float>());
        Assert.Equal([1, 0], grouping.Sizes(counted).ToArray<float>());
    }

    [Fact]
    public void Clusters_and_superpixels_find_what_is_there()
    {
        using var scope = NewDisposeScope();
        var centres = Random(1, 4, 6, seed: 3) * 10;
        var quadrant = torch.tensor([.. Enumerable.Range(0, 64).Select(i => (long)(i / 32 * 2 + i % 8 / 4))], [1, 64]);
        var v = new Grouping(quadrant, 4).Spread(centres) + Random(1, 64, 6) * 0.1;

        var superpixels = new SuperpixelMorphing(2).Draw(v, Step(0, 1)).Single().Group;
        Assert.Equal(quadrant.ToArray<long>(), superpixels.ToArray<long>());
        Assert.Contains("square grid", Assert.Throws<ArgumentException>(() => new SuperpixelMorphing(2).Draw(v.narrow(1, 0, 20), Step(0, 1))).Message);
        Assert.Contains("1 to 64", Assert.Throws<ArgumentException>(() => new KMeansMorphing(65).Draw(v, Step(0, 1))).Message);
        var best = Enumerable.Range(0, 10).Select(epoch => Members(new KMeansMorphing(4).Draw(v, new(5, epoch, [0])).Single().Group[0].ToArray<long>()).Order());
        Assert.Contains(best, found => found.SequenceEqual(Members(quadrant[0].ToArray<long>()).Order()));                // from some of ten random starts
    }

    private sealed record Given(Grouping Grouping) : Morphing
    {
        public override IReadOnlyList<Grouping> Draw(Tensor v, Draw draw) => [Grouping];
    }
}
