namespace MimKit.Evaluation;

/// <summary>A map of feature vectors in the plane: one point an image. <c>Chart.Embedding</c> draws it, with the images under the pointer.</summary>
/// <param name="Method">How it was made: "t-SNE, perplexity 30".</param>
/// <param name="Source">Data set and split.</param>
/// <param name="X">[n] first coordinate</param>
/// <param name="Y">[n] second coordinate</param>
/// <param name="Labels">[n] class numbers</param>
public sealed record EmbeddingMap(string Method, string Source, float[] X, float[] Y, int[] Labels)
{
    /// <summary>Points.</summary>
    public int Count => X.Length;

    /// <summary>What the method minimised, in nats; null where it has no such number.</summary>
    public double? Divergence { get; init; }

    /// <summary>The points as a matrix, [n, 2] float32.</summary>
    public Tensor Points()
    {
        using var scope = NewDisposeScope();
        return stack([tensor(X), tensor(Y)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>The two first principal components: the map that every other is compared with.</summary>
    public static EmbeddingMap Pca(FeatureSet features)
    {
        using var scope = NewDisposeScope();
        var pca = Evaluation.Pca.Fit(features.X, 2);
        return Of(FormattableString.Invariant($"PCA, {100 * pca.Explained.Sum():F0} % of the variance"), features, pca.Project(features.X));
    }

    /// <summary>
    /// How far the neighbours in the map are neighbours in feature space (Venna and Kaski, 2001): 1 where all are, about 0.5 for a random map. A point among the
    /// k nearest in the map that is the r-th nearest in feature space costs r − k.
    /// </summary>
    /// <param name="features">what was embedded; ranks are over all of it, so take at most a few thousand points</param>
    /// <param name="k">neighbours looked at, below n / 2</param>
    public double Trustworthiness(FeatureSet features, int k = 5)
    {
        if (features.Count != Count) throw new ArgumentException($"The map has {Count:N0} points, the features are {features.Count:N0}.");
        if (k < 1 || 2 * k >= Count) throw new ArgumentException($"Trustworthiness of {Count:N0} points takes 1 to {(Count - 1) / 2:N0} neighbours, not {k}.");
        using var scope = NewDisposeScope();
        var ranked = Neighbours.Of(features.X, Count - 1).Ids.ToArray<long>();
        var near = Neighbours.Of(Points(), k).Ids.ToArray<long>();
        var rank = new int[Count];
        var cost = 0.0;
        for (var i = 0; i < Count; i++)
        {
            for (var r = 0; r < Count - 1; r++) rank[ranked[(long)i * (Count - 1) + r]] = r + 1;
            for (var j = 0; j < k; j++) cost += Math.Max(0, rank[near[i * k + j]] - k);
        }
        return 1 - cost * 2 / ((double)Count * k * (2.0 * Count - 3 * k - 1));
    }

    internal static EmbeddingMap Of(string method, FeatureSet features, Tensor points)
    {
        using var scope = NewDisposeScope();
        return new(method, features.Source, points.select(1, 0).contiguous().ToArray<float>(), points.select(1, 1).contiguous().ToArray<float>(), features.Labels);
    }

    public override string ToString() => $"{Method} of {Source}: {Count:N0} points{(Divergence is { } kl ? FormattableString.Invariant($", divergence {kl:F3} nats") : "")}";
}
