using MimKit.Evaluation;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation.Views;

/// <summary>Against scikit-learn's and SciPy's numbers (tests/reference/sklearn/make.py).</summary>
public sealed class StoredViewsTests : IDisposable
{
    readonly DisposeScope _scope = NewDisposeScope();
    readonly SafetensorsFile _stored = new(Stored());

    public void Dispose()
    {
        _stored.Dispose();
        _scope.Dispose();
    }

    static string Stored()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, "tests", "reference", "sklearn", "views.safetensors") is var path && File.Exists(path)) return path;
        throw new FileNotFoundException($"tests/reference/sklearn/views.safetensors is not above {AppContext.BaseDirectory}");
    }

    double[] Numbers(string name) => _stored.Read(name).to(float64).ToArray<double>();

    FeatureSet X => new(_stored.Read("x"), new int[300]);

    [Theory]
    [InlineData("x", "", 5)]
    [InlineData("wide", "wide_", 4)]                                              // wider than it is long
    public void Principal_components_are_scikit_learns(string features, string prefix, int count)
    {
        using var pca = Pca.Fit(_stored.Read(features), count);
        var cosines = (pca.Components * _stored.Read(prefix + "components")).sum(1).abs().ToArray<float>();
        Assert.All(cosines, cosine => Assert.Equal(1, cosine, 4));
        Assert.All(pca.Variance.Zip(Numbers(prefix + "variance")), pair => Assert.Equal(1, pair.First / pair.Second, 4));
        if (prefix.Length == 0) Assert.All(pca.Explained.Zip(Numbers("ratio")), pair => Assert.Equal(pair.Second, pair.First, 5));
        var (values, columns) = (pca.Project(_stored.Read(features)), (long)count);
        Assert.All(values.var(0).ToArray<float>().Zip(pca.Variance), pair => Assert.Equal(1, pair.First / pair.Second, 3));
        Assert.Equal(columns, values.size(1));
    }

    [Fact]
    public void Trustworthiness_is_scikit_learns()
    {
        var stored = Numbers("trustworthiness");
        EmbeddingMap Map(string name)
        {
            var points = _stored.Read(name).ToArray<float>();
            return new("", "", [.. points.Where((_, i) => i % 2 == 0)], [.. points.Where((_, i) => i % 2 == 1)], new int[300]);
        }
        Assert.Equal(stored[0], Map("random_map").Trustworthiness(X), 3);
        Assert.Equal(stored[1], Map("tsne_map").Trustworthiness(X), 3);
        Assert.Equal(stored[2], Map("tsne_map").Trustworthiness(X, 12), 3);
    }

    [Fact]
    public void Tsne_reaches_scikit_learns_divergence_and_trustworthiness()
    {
        var map = new Tsne { Perplexity = 20 }.Fit(X);
        Assert.True(map.Divergence < Numbers("tsne_divergence")[0] + 0.02, $"{map}; scikit-learn reached {Numbers("tsne_divergence")[0]:F3}");
        Assert.True(map.Trustworthiness(X) > Numbers("trustworthiness")[1] - 0.005, $"{map.Trustworthiness(X)}");
    }

    [Fact]
    public void Umap_keeps_neighbours_almost_as_tsne_does()
    {
        var map = new Umap { Seed = 1 }.Fit(X);
        Assert.True(map.Trustworthiness(X, 12) > Numbers("trustworthiness")[2] - 0.03, $"{map.Trustworthiness(X, 12)}");
        Assert.Equal(map.X, new Umap { Seed = 1 }.Fit(X).X);
        Assert.NotEqual(map.X, new Umap { Seed = 2 }.Fit(X).X);
    }

    [Fact]
    public void Cka_is_that_of_centred_kernels()
    {
        var (x, y) = (_stored.Read("x"), _stored.Read("y"));
        Assert.Equal(Numbers("cka")[0], Cka.Linear(x.narrow(0, 0, 64), y.narrow(0, 0, 64)), 6);
        Assert.Equal(Numbers("cka")[1], Cka.Linear(x, y), 6);
        Assert.Equal(Numbers("unbiased_cka")[0], Cka.Unbiased(x.narrow(0, 0, 64), y.narrow(0, 0, 64)), 6);
    }

    [Fact]
    public void The_effective_rank_is_that_of_SciPys_singular_values() => Assert.Equal(Numbers("effective_rank")[0], Spectrum.Of(X).EffectiveRank, 4);
}
