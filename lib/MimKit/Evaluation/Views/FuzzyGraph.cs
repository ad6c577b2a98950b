namespace MimKit.Evaluation;

/// <summary>UMAP's fuzzy neighbour graph (McInnes et al., 2018, algorithms 2 and 3): both directions of every edge, with equal weights in (0, 1].</summary>
/// <param name="Count">points</param>
/// <param name="From">[edges]</param>
/// <param name="To">[edges]</param>
/// <param name="Weight">[edges]</param>
public sealed record FuzzyGraph(int Count, int[] From, int[] To, float[] Weight)
{
    private const int Steps = 64;
    private const double Close = 1e-5, LeastScale = 1e-3;

    /// <summary>The graph of features.</summary>
    /// <param name="x">[n, D]</param>
    /// <param name="k">neighbours; the memberships of a point sum to log2(k)</param>
    public static FuzzyGraph Of(Tensor x, int k)
    {
        using var scope = NewDisposeScope();
        var near = Neighbours.Of(x, k);
        var (ids, distances) = (near.Ids.ToArray<long>(), near.Distance2.sqrt().ToArray<float>());
        var n = (int)x.shape[0];
        var (mean, directed) = (distances.Average(d => (double)d), new Dictionary<long, float>(ids.Length));
        for (var i = 0; i < n; i++)
        {
            var memberships = Memberships(distances.AsSpan(i * k, k), mean);
            for (var j = 0; j < k; j++)
                if (memberships[j] > 0) directed[i * (long)n + ids[i * k + j]] = memberships[j];
        }
        var (from, to, weight) = (new List<int>(2 * ids.Length), new List<int>(2 * ids.Length), new List<float>(2 * ids.Length));
        foreach (var (edge, own) in directed)
        {
            var (i, j) = ((int)(edge / n), (int)(edge % n));
            var back = directed.GetValueOrDefault(j * (long)n + i);
            if (back > 0 && j < i) continue;                                       // written with the other direction
            var union = own + back - own * back;                                   // the probabilistic t-conorm
            (from, to, weight) = (Add(from, i, j), Add(to, j, i), Add(weight, union, union));
        }
        return new(n, [.. from], [.. to], [.. weight]);
    }

    /// <summary>
    /// exp(−max(0, d − ρ) / σ), ρ the distance to the nearest that is not 0 and σ such that the sum is log2(k): the local metric in which every point has neighbours.
    /// </summary>
    /// <param name="distances">[k] rising</param>
    /// <param name="mean">of all points' distances, which keeps σ off 0</param>
    public static float[] Memberships(ReadOnlySpan<float> distances, double mean)
    {
        var nearest = 0f;
        foreach (var d in distances) if (d > 0) { nearest = d; break; }
        var (wanted, low, high, scale) = (Math.Log2(distances.Length), 0.0, double.PositiveInfinity, 1.0);
        for (var step = 0; step < Steps; step++)
        {
            var sum = 0.0;
            foreach (var d in distances) sum += Math.Exp(-Math.Max(0, d - nearest) / scale);
            if (Math.Abs(sum - wanted) < Close) break;
            if (sum > wanted) (high, scale) = (scale, (low + scale) / 2);
            else (low, scale) = (scale, double.IsInfinity(high) ? 2 * scale : (scale + high) / 2);
        }
        var own = 0.0;
        foreach (var d in distances) own += d / (double)distances.Length;
        scale = Math.Max(scale, LeastScale * (nearest > 0 ? own : mean));
        var memberships = new float[distances.Length];
        for (var j = 0; j < memberships.Length; j++) memberships[j] = distances[j] <= nearest || scale == 0 ? 1 : (float)Math.Exp(-(distances[j] - nearest) / scale);
        return memberships;
    }

    private static List<T> Add<T>(List<T> list, T one, T other)
    {
        list.Add(one);
        list.Add(other);
        return list;
    }
}
