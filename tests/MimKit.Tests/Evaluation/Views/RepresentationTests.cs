using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation.Views;

public sealed class RepresentationTests : IDisposable
{
    readonly DisposeScope _scope = NewDisposeScope();

    public RepresentationTests() => manual_seed(5);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Nearest_others_are_those_of_a_sort_of_all_distances()
    {
        var x = torch.randn(50, 4) + 100;
        var near = Neighbours.Of(x, 7);
        var all = (x.unsqueeze(1) - x.unsqueeze(0)).square().sum(2) + eye(50) * 1e9;
        var (sorted, order) = all.sort(1);
        Assert.Equal(order.narrow(1, 0, 7).contiguous().ToArray<long>(), near.Ids.ToArray<long>());
        Assert.True(sorted.narrow(1, 0, 7).allclose(near.Distance2, 1e-3, 1e-4));
        Assert.Contains("50 points have 1 to 49", Assert.Throws<ArgumentException>(() => Neighbours.Of(x, 50)).Message);
    }

    [Fact]
    public void Cka_sees_neither_rotation_nor_scale_but_does_see_another_representation()
    {
        var x = torch.randn(40, 6);
        var rotation = linalg.qr(torch.randn(6, 6)).Item1;
        Assert.Equal(1, Cka.Linear(x, x.matmul(rotation) * 3 + 2), 5);
        Assert.Equal(1, Cka.Unbiased(x, x.matmul(rotation) * 3 + 2), 5);
        var independent = Enumerable.Range(0, 200).Average(_ => Cka.Unbiased(torch.randn(12, 20), torch.randn(12, 20)));
        Assert.InRange(independent, -0.05, 0.05);                                  // the biased form is far above 0 here
        Assert.True(Cka.Linear(torch.randn(12, 20), torch.randn(12, 20)) > 0.4);
        Assert.Contains("same images", Assert.Throws<ArgumentException>(() => Cka.Linear(x, torch.randn(39, 6))).Message);
    }

    [Fact]
    public void The_effective_rank_counts_directions()
    {
        FeatureSet Of(Tensor x) => new(x, new int[x.shape[0]]);
        Assert.Equal(8, Spectrum.Of(Of(eye(8))).EffectiveRank, 3);
        Assert.Equal(1, Spectrum.Of(Of(torch.ones(10, 4))).EffectiveRank, 3);
        Assert.Equal(0, Spectrum.Of(Of(zeros(10, 4))).EffectiveRank);
    }

    [Fact]
    public void Uniformity_and_alignment_of_points_whose_distances_are_known()
    {
        var cross = tensor([1f, 0, -1, 0, 0, 1, 0, -1], [4, 2]);                   // every pair at distance² 2, but two opposite ones at 4
        Assert.Equal(Math.Log((8 * Math.Exp(-4) + 4 * Math.Exp(-8)) / 12), Hypersphere.UniformityOf(cross * 3), 9);
        Assert.Equal(0, Hypersphere.UniformityOf(torch.ones(5, 3)), 6);
        Assert.Equal(2, Hypersphere.AlignmentOf(tensor([1f, 0, 0, 1], [2, 2]), tensor([0f, 5, 1, 0], [2, 2])), 6);
        Assert.Equal(4, Hypersphere.AlignmentOf(cross, -cross), 6);
    }

    [Fact]
    public void Rollout_multiplies_the_blocks_with_their_residuals()
    {
        var weights = Enumerable.Range(0, 3).Select(_ => torch.randn(2, 4, 5, 5).softmax(-1)).ToList();
        var rolled = AttentionMaps.Rollout(weights);
        var byHand = eye(5).unsqueeze(0).repeat(2, 1, 1);
        foreach (var block in weights) byHand = ((block.mean([1]) + eye(5)) / 2).matmul(byHand);
        Assert.True(rolled.allclose(byHand, 1e-5, 1e-6));
        Assert.All(rolled.sum(-1).ToArray<float>(), sum => Assert.Equal(1, sum, 5));
        Assert.Equal([2, 4, 4], AttentionMaps.OfClassToken(weights[0]).shape);
    }

    [Fact]
    public void Attention_to_the_next_patch_is_a_patch_away()
    {
        var grid = new PatchGrid(2, 2, 4, 1);
        var weights = zeros(1, 2, 5, 5);
        int[] beside = [1, 0, 3, 2];
        for (var i = 0; i < 4; i++)
        {
            weights[0, 0, 1 + i, 1 + i] = 1;                                       // the first head: itself
            weights[0, 1, 1 + i, 1 + beside[i]] = 1;                               // the second: its neighbour in the row
        }
        Assert.Equal([0, 4], AttentionMaps.Distances(weights, grid));
    }

    [Fact]
    public void Patches_of_one_kind_have_one_colour_and_are_alike()
    {
        var kinds = torch.randn(3, 16);
        var kind = new long[] { 0, 1, 2, 2, 1, 0, 0, 2 };
        var tokens = kinds.index_select(0, tensor(kind)).reshape(2, 4, 16);
        var colours = PatchViews.Colours(tokens).reshape(8, 3);
        var alike = PatchViews.Similarity(tokens, 1);
        for (var i = 0; i < 8; i++)
            for (var j = 0; j < i; j++)
                Assert.Equal(kind[i] == kind[j], colours[i].allclose(colours[j], 1e-3, 1e-3));
        Assert.Equal(1, alike[0, 1].item<float>(), 5);
        Assert.Equal(1, alike[1, 2].item<float>(), 5);                             // the second image's patches are 1 0 0 2
        Assert.True(alike[1, 0].item<float>() < 0.99);
    }

    [Fact]
    public void Umaps_curve_has_the_published_constants()
    {
        var (a, b) = Umap.Curve(0.1, 1);
        Assert.Equal(1.577, a, 2);                                                 // umap-learn's defaults: 1.5769434603, 0.8950608779
        Assert.Equal(0.895, b, 2);
    }

    [Fact]
    public void Memberships_sum_to_the_logarithm_of_their_number_and_unions_are_symmetric()
    {
        var x = torch.randn(80, 5);
        var near = Neighbours.Of(x, 15);
        var distances = near.Distance2.sqrt().ToArray<float>();
        for (var i = 0; i < 80; i++)
        {
            var memberships = FuzzyGraph.Memberships(distances.AsSpan(i * 15, 15), 1);
            Assert.Equal(Math.Log2(15), memberships.Sum(m => (double)m), 3);
            Assert.Equal(1, memberships[0]);
        }
        var graph = FuzzyGraph.Of(x, 15);
        var edges = graph.From.Zip(graph.To).Zip(graph.Weight).ToDictionary(edge => edge.First, edge => edge.Second);
        Assert.Equal(graph.Weight.Length, edges.Count);
        Assert.All(edges, edge => Assert.Equal(edge.Value, edges[(edge.Key.Second, edge.Key.First)]));
        Assert.All(graph.Weight, weight => Assert.InRange(weight, 0, 1));
    }
}
