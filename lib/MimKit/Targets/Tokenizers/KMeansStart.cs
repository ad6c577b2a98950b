using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// Greedy k-means++ (Arthur and Vassilvitskii 2007, in scikit-learn's greedy form): each further centre is the best of 2 + ⌊ln K⌋ points
/// that were drawn with probability proportional to their squared distance from the centres so far.
/// </summary>
internal static class KMeansStart
{
    private const int SeedingDraw = 1;                                             // 0 is re-seeding's

    /// <param name="points">[n, D] float32</param>
    /// <returns>[K, D], rows of <paramref name="points"/>; equal rows where fewer than K points are distinct</returns>
    internal static Tensor Centres(Tensor points, int clusters, ulong seed)
    {
        var rows = (int)points.size(0);
        if (rows < clusters)
            throw new ArgumentException($"{clusters} clusters cannot start from {rows} points: the first batch must hold at least {clusters}. Take larger batches or fewer clusters.");
        var trials = 2 + (int)Math.Log(clusters);
        var norms = points.square().sum(1);                                        // [n]
        var chosen = new long[clusters];
        chosen[0] = (long)(Uniform(seed, 0, 1)[0] * rows);
        var closest = Distances(points, norms, [chosen[0]]).squeeze(0);   // [n] to the nearest centre so far
        for (var c = 1; c < clusters; c++)
        {
            using var scope = NewDisposeScope();
            var candidates = Sample(closest.ToArray<float>(), Uniform(seed, c, trials));
            var distances = Distances(points, norms, candidates).minimum(closest); // [trials, n]
            var best = distances.sum(1, type: float64).argmin(0).item<long>();
            chosen[c] = candidates[best];
            closest.copy_(distances[best]);
        }
        return points.index_select(0, tensor(chosen));
    }

    private static float[] Uniform(ulong seed, int centre, int count) => new Draw(seed, 0, [centre]).Uniform(Purpose.KMeans, count, SeedingDraw);

    // squared distances of the candidates to all points, [candidates, n]; exactly 0 to itself
    private static Tensor Distances(Tensor points, Tensor norms, long[] candidates)
    {
        using var ids = tensor(candidates);
        using var scope = NewDisposeScope();
        var chosen = points.index_select(0, ids);                                  // [candidates, D]
        var distances = norms.index_select(0, ids).unsqueeze(1).add(norms).sub(chosen.matmul(points.t()).mul(2)).clamp_(min: 0);
        return distances.scatter_(1, ids.unsqueeze(1), 0).MoveToOuterDisposeScope();
    }

    // points with probability proportional to weight; where all weights are 0, the first
    private static long[] Sample(ReadOnlySpan<float> weights, float[] uniform)
    {
        var cumulative = new double[weights.Length];
        var total = 0.0;
        for (var i = 0; i < cumulative.Length; i++) cumulative[i] = total += weights[i];
        return Array.ConvertAll(uniform, u =>
        {
            var place = Array.BinarySearch(cumulative, u * total);
            return Math.Min(place < 0 ? ~place : place, cumulative.Length - 1L);
        });
    }
}
