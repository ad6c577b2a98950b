using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>
/// t-SNE (van der Maaten and Hinton, JMLR 2008): a map whose near points are neighbours in feature space. Distances between far groups mean nothing, nor do their sizes.
/// Barnes-Hut beyond <see cref="ExactUpTo"/> points (van der Maaten, JMLR 2014). Defaults and stopping are scikit-learn's 1.2; it starts from the principal components, so nothing is drawn.
/// </summary>
public sealed record Tsne
{
    private const double LeastGradient = 1e-7;
    private const int CheckEvery = 50, Patience = 300;

    /// <summary>Effective number of neighbours; smaller than the number of points.</summary>
    public double Perplexity { get; init; } = 30;
    public int Iterations { get; init; } = 1000;
    /// <summary>The first iterations, in which attraction is exaggerated and momentum is 0.5; later it is 0.8.</summary>
    public int ExaggeratedIterations { get; init; } = 250;
    public double Exaggeration { get; init; } = 12;
    /// <summary>Null: n / (4 · exaggeration), at least 50 (Belkina et al., 2019).</summary>
    public double? LearningRate { get; init; }
    /// <summary>Barnes-Hut's, 0 (exact) to 0.7.</summary>
    public double Angle { get; init; } = 0.5;
    /// <summary>Up to this many points every pair counts in both sums; beyond, 3 × perplexity neighbours attract and cells of a quadtree repel.</summary>
    public int ExactUpTo { get; init; } = 1000;

    /// <summary>Makes the map.</summary>
    /// <param name="features">[n, D], n above the perplexity; finite</param>
    /// <exception cref="ArgumentException">Too few points for the perplexity, or values that are not finite.</exception>
    public EmbeddingMap Fit(FeatureSet features)
    {
        var n = features.Count;
        if (n < 4 || Perplexity < 1 || Perplexity >= n - 1) throw new ArgumentException($"A perplexity of {Perplexity} needs more than {Math.Max(4, Perplexity + 1):0} points, found {n:N0}. Choose a perplexity from 1 to {Math.Max(1, (n - 2) / 3)}.");
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var exact = n <= ExactUpTo;
        using var graph = Joint(features.X, exact ? n - 1 : Math.Min(n - 1, (int)(3 * Perplexity + 1)));
        var (map, divergence) = Descend(graph, Start(features.X), exact ? 0 : Angle);
        return EmbeddingMap.Of(FormattableString.Invariant($"t-SNE, perplexity {Perplexity:0.#}"), features, map) with { Divergence = divergence };
    }

    private TsneGraph Joint(Tensor x, int neighbours)
    {
        using var near = Neighbours.Of(x, neighbours);
        return TsneGraph.Of(near.Ids, near.Distance2, Perplexity);
    }

    // the first two principal components, so small that all points feel each other
    private static Tensor Start(Tensor x)
    {
        using var scope = NewDisposeScope();
        var map = x.shape[1] > 1 ? Pca.Fit(x, 2).Project(x.to(CPU)) : cat([x, x.square()], 1).to(float32);
        return (map / map.select(1, 0).std().clamp(min: 1e-12) * 1e-4).contiguous().MoveToOuterDisposeScope();
    }

    private (Tensor Map, double Divergence) Descend(TsneGraph graph, Tensor map, double angle)
    {
        var rate = LearningRate ?? Math.Max(graph.Count / Exaggeration / 4, 50);
        var (update, gains) = (zeros_like(map), ones_like(map));
        var (best, bestAt) = (double.PositiveInfinity, 0);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var early = iteration < ExaggeratedIterations;
            var look = (iteration + 1) % CheckEvery == 0;
            var (gradient, divergence) = graph.Gradient(map, angle, early ? Exaggeration : 1, divergence: look && !early);
            var nextGains = where((update * gradient).lt(0), gains + 0.2, gains * 0.8).clamp_(min: 0.01);     // Jacobs 1988: a step grows while the direction stays
            var nextUpdate = update * (early ? 0.5 : 0.8) - gradient * nextGains * rate;
            var nextMap = map + nextUpdate;
            foreach (var old in new[] { gains, update, map }) old.Dispose();
            (gains, update, map) = (nextGains.MoveToOuterDisposeScope(), nextUpdate.MoveToOuterDisposeScope(), nextMap.MoveToOuterDisposeScope());
            if (!look || early) continue;
            if (divergence < best) (best, bestAt) = (divergence, iteration);
            if (iteration - bestAt > Patience || gradient.norm().item<float>() <= LeastGradient) break;
        }
        map = map - map.mean([0]);
        var (last, final) = graph.Gradient(map, angle);
        last.Dispose();
        return (map, final);
    }
}
