using MimKit.Evaluation;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation.Views;

public class TsneTests
{
    static FeatureSet Blobs(int each, int groups, int width = 10)
    {
        manual_seed(3);
        var centres = torch.randn(groups, width) * 8;
        var labels = Enumerable.Range(0, each * groups).Select(i => i % groups).ToArray();
        var x = centres.index_select(0, tensor(labels.Select(label => (long)label).ToArray())) + torch.randn(each * groups, width);
        return new(x.MoveToOuterDisposeScope(), labels, "blobs");
    }

    // P and KL by their definitions, dense and in float64: the yardstick
    static (double[,] P, Func<float[], double> Divergence) Dense(Tensor x, double perplexity)
    {
        var n = (int)x.shape[0];
        var v = x.to(float64).ToArray<double>();
        var width = v.Length / n;
        double Distance2(int i, int j) => Enumerable.Range(0, width).Sum(c => Math.Pow(v[i * width + c] - v[j * width + c], 2));
        var conditional = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            var (low, high) = (0.0, 1e6);
            for (var step = 0; step < 200; step++)
            {
                var beta = (low + high) / 2;
                var weights = Enumerable.Range(0, n).Select(j => j == i ? 0 : Math.Exp(-beta * Distance2(i, j))).ToArray();
                var sum = weights.Sum();
                var entropy = sum == 0 ? 0 : -weights.Where(w => w > 0).Sum(w => w / sum * Math.Log(w / sum));
                if (entropy > Math.Log(perplexity)) low = beta; else high = beta;
                for (var j = 0; j < n; j++) conditional[i, j] = sum == 0 ? 0 : weights[j] / sum;
            }
        }
        var p = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) p[i, j] = (conditional[i, j] + conditional[j, i]) / (2 * n);
        return (p, y =>
        {
            double Q(int i, int j) => 1 / (1 + Math.Pow(y[2 * i] - (double)y[2 * j], 2) + Math.Pow(y[2 * i + 1] - (double)y[2 * j + 1], 2));
            var (total, kl) = (0.0, 0.0);
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) if (i != j) total += Q(i, j);
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) if (i != j && p[i, j] > 0) kl += p[i, j] * Math.Log(p[i, j] / (Q(i, j) / total));
            return kl;
        });
    }

    static TsneGraph GraphOf(Tensor x, int neighbours, double perplexity)
    {
        using var near = Neighbours.Of(x, neighbours);
        return TsneGraph.Of(near.Ids, near.Distance2, perplexity);
    }

    [Fact]
    public void The_exact_gradient_is_that_of_the_divergence_by_finite_differences()
    {
        using var scope = NewDisposeScope();
        var x = Blobs(10, 4, 3).X;
        var map = torch.randn(40, 2);
        var (_, divergence) = Dense(x, 5);
        using var graph = GraphOf(x, 39, 5);
        var (gradient, kl) = graph.Gradient(map, angle: 0);

        var y = map.ToArray<float>();
        Assert.Equal(divergence(y), kl, 4);
        var ours = gradient.ToArray<float>();
        const float step = 1 / 256f;
        for (var i = 0; i < y.Length; i += 7)
        {
            var (above, below) = ((float[])y.Clone(), (float[])y.Clone());
            above[i] += step;
            below[i] -= step;
            Assert.Equal((divergence(above) - divergence(below)) / (2 * step), ours[i], 4);
        }
    }

    [Theory]
    [InlineData(0.2, 0.01)]
    [InlineData(0.5, 0.04)]
    public void Cells_change_the_forces_by_little(double angle, double most)
    {
        using var scope = NewDisposeScope();
        var x = Blobs(200, 5).X;
        using var graph = GraphOf(x, 91, 30);
        var map = torch.randn(1000, 2) * 10;
        var (exact, rough) = (graph.Gradient(map, 0).Gradient, graph.Gradient(map, angle).Gradient);
        Assert.InRange(((exact - rough).norm() / exact.norm()).item<float>(), 0, most);
    }

    [Fact]
    public void Threads_do_not_change_the_forces()
    {
        using var scope = NewDisposeScope();
        using var graph = GraphOf(Blobs(100, 5).X, 61, 20);
        var map = torch.randn(500, 2);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var (one, kl) = graph.Gradient(map, 0.5);
            set_num_threads(2);
            var (two, other) = graph.Gradient(map, 0.5);
            Assert.Equal(one.ToArray<float>(), two.ToArray<float>());
            Assert.Equal(kl, other);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Points_that_coincide_are_mapped_too()
    {
        using var scope = NewDisposeScope();
        using var graph = GraphOf(torch.ones(50, 3), 31, 10);
        var (gradient, kl) = graph.Gradient(zeros(50, 2), 0.5);
        Assert.All(gradient.ToArray<float>(), value => Assert.Equal(0, value, 5f));
        Assert.True(double.IsFinite(kl));
    }

    [Theory]
    [InlineData(60)]        // 300 points: exact
    [InlineData(240)]       // 1,200: Barnes-Hut
    public void Groups_that_lie_apart_stay_apart(int each)
    {
        using var scope = NewDisposeScope();
        var features = Blobs(each, 5);
        var map = (new Tsne { Perplexity = 20, Iterations = 500 }).Fit(features);

        var ids = Neighbours.Of(map.Points(), 5).Ids.ToArray<long>();
        Assert.All(Enumerable.Range(0, map.Count), i => Assert.All(ids[(i * 5)..(i * 5 + 5)], j => Assert.Equal(map.Labels[i], map.Labels[j])));
        Assert.True(map.Trustworthiness(features) > 0.9);
        Assert.Equal(map.X, new Tsne { Perplexity = 20, Iterations = 500 }.Fit(features).X);
    }

    [Fact]
    public void What_cannot_be_mapped_is_refused_with_its_numbers()
    {
        using var scope = NewDisposeScope();
        var few = new FeatureSet(torch.randn(20, 3), new int[20]);
        Assert.Contains("needs more than 31 points, found 20", Assert.Throws<ArgumentException>(() => new Tsne().Fit(few)).Message);
        var broken = torch.randn(100, 3);
        broken[7, 1] = float.NaN;
        Assert.Contains("1 of 100 feature vectors hold NaN", Assert.Throws<ArgumentException>(() => new Tsne { Perplexity = 5 }.Fit(new(broken, new int[100]))).Message);
        Assert.Contains("choose 0 (exact) to 0.7", Assert.ThrowsAny<Exception>(() => GraphOf(torch.randn(20, 3), 19, 5).Gradient(torch.randn(20, 2), 0.9)).Message);
    }
}
