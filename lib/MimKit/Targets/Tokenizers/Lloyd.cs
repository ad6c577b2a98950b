using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit;

/// <summary>One pass over points, batch by batch [n, D] float32; asked again for every pass, so that they need not fit into memory. A batch is freed before the next is asked for.</summary>
public delegate IEnumerable<Tensor> PointBatches();

/// <summary>What k-means found.</summary>
/// <param name="Centres">[K, D] float32</param>
/// <param name="Counts">points that are nearest to each of these centres</param>
/// <param name="Inertia">sum of squared distances of all points to their nearest centre</param>
/// <param name="Rounds">rounds that were run</param>
public sealed record LloydResult(Tensor Centres, long[] Counts, double Inertia, int Rounds)
{
    public long Points => Counts.Sum();

    /// <summary>Clusters without a point.</summary>
    public int Empty => Counts.Count(count => count == 0);

    /// <summary>Share of the points in the largest cluster.</summary>
    public double LargestShare => (double)Counts.Max() / Points;

    public override string ToString() =>
        FormattableString.Invariant($"{Counts.Length} clusters of {Points:N0} points: mean squared distance {Inertia / Points:0.####}, {Empty} empty, largest {LargestShare:P1}, {Rounds} rounds");
}

/// <summary>
/// Full k-means (Lloyd 1982) and its spherical form, over all points in every round: nothing is sub-sampled. Sums are two-level, float32
/// within a batch and float64 across batches. An empty cluster keeps its centre. K clusters, D values a point.
/// </summary>
public sealed record Lloyd
{
    /// <summary>Rounds at most; it ends earlier where no point changes its cluster.</summary>
    public int Rounds { get; init; } = 20;

    /// <summary>Points and centres are brought to unit length: nearest by cosine.</summary>
    public bool Spherical { get; init; }

    /// <summary>Sums a tensor over all ranks in place, each of which passes over its own points; null: there is one.</summary>
    public Action<Tensor>? AllReduce { get; init; }

    /// <summary>Moves centres to the means of their points, round by round.</summary>
    /// <param name="points">asked once a round, and once more for the result's counts</param>
    /// <param name="start">[K, D]; not changed</param>
    /// <exception cref="ArgumentException">There are no points, or some are not finite.</exception>
    public LloydResult Fit(PointBatches points, Tensor start)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var centres = Spherical ? nn.functional.normalize(start, dim: -1) : start.to(float32, copy: true);
        var (before, rounds) = (default(ulong?), 0);
        while (true)
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            using var round = NewDisposeScope();
            var pass = Pass(points, centres);
            if (rounds == Rounds || pass.Assignment == before)
                return new(centres.MoveToOuterDisposeScope().MoveToOuterDisposeScope(), pass.Counts.ToArray<long>(), pass.Inertia, rounds);
            centres.copy_(Means(pass, centres));
            (before, rounds) = (pass.Assignment, rounds + 1);
        }
    }

    readonly record struct Sums(Tensor Of, Tensor Counts, double Inertia, ulong Assignment);

    // Assignment is a hash of all ids in order: equal hashes of two rounds mean that no point moved
    private Sums Pass(PointBatches points, Tensor centres)
    {
        var (sums, counts) = (zeros(centres.shape, float64), zeros([centres.size(0)], int64));
        var (inertia, seen, hash) = (zeros([1], float64), 0L, 14695981039346656037UL);
        foreach (var batch in points())
        {
            using var scope = NewDisposeScope();
            var x = Checked(batch, centres);
            var (ids, distance2) = Fused.NearestCentre(x, centres);
            sums.add_(zeros(centres.shape).index_add_(0, ids, x));
            counts.add_(ids.bincount(minlength: centres.size(0)));
            inertia.add_(distance2.sum(float64));
            foreach (var id in ids.data<long>()) hash = (hash ^ (ulong)id) * 1099511628211UL;
            seen += x.size(0);
        }
        if (seen == 0) throw new ArgumentException("There are no points to cluster: the data set is empty.");
        foreach (var total in new[] { sums, counts, inertia }) AllReduce?.Invoke(total);
        return new(sums, counts, inertia.item<double>(), hash);
    }

    private Tensor Checked(Tensor batch, Tensor centres)
    {
        if (batch.ndim != 2 || batch.size(1) != centres.size(1)) throw new ArgumentException($"Points [n, {centres.size(1)}] are wanted, found {batch}.");
        var x = batch.detach().to(float32);
        if (!double.IsFinite(x.sum(float64).item<double>())) throw new ArgumentException("Points hold NaN or infinity; k-means has no mean of them. Look at the features of the first batch.");
        return Spherical ? nn.functional.normalize(x, dim: -1) : x;
    }

    private Tensor Means(Sums pass, Tensor centres)
    {
        var counts = pass.Counts.unsqueeze(-1);
        var means = Spherical ? nn.functional.normalize(pass.Of, dim: -1) : pass.Of.div(counts.clamp(min: 1));
        return where(counts.eq(0), centres, means.to(float32));
    }
}
