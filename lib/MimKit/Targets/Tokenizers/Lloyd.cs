using MimKit.Runtime;

namespace MimKit;

/// <summary>One pass over points, batch by batch [n, D] float32; asked again for every pass, so that they need not fit into memory. A batch is freed before the next is asked for.</summary>
public delegate IEnumerable<Tensor> PointBatches();

/// <summary>What k-means found.</summary>
/// <param name="Centres">[K, D] float32</param>
/// <param name="Counts">points that are nearest to each of these centres</param>
/// <param name="Inertia">sum of squared distances of all points to their nearest centre</param>
/// <param name="Rounds">rounds that were run, the one that found nothing to move included</param>
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
/// Full k-means (Lloyd 1982) and its spherical form, over all points in every round: nothing is sub-sampled. Distances are float32, sums float64
/// and the same for any number of threads. K clusters, D values a point.
/// </summary>
public sealed record Lloyd
{
    /// <summary>Rounds at most; it ends earlier where no point changes its cluster.</summary>
    public int Rounds { get; init; } = 20;

    /// <summary>Points and centres are brought to unit length: nearest by cosine.</summary>
    public bool Spherical { get; init; }

    /// <summary>
    /// An empty cluster takes over the point that is farthest from its centre, as in scikit-learn, at the cost of another pass in such rounds;
    /// false: it keeps its centre, as in BEiT v2's start of the codebook. Ranks need false: each would choose a point of its own.
    /// </summary>
    public bool RelocateEmpty { get; init; } = true;

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
                return new(centres.MoveToOuterDisposeScope(), pass.Counts.ToArray<long>(), pass.Inertia, Math.Min(Rounds, rounds + (pass.Assignment == before ? 1 : 0)));
            if (RelocateEmpty && pass.Counts.eq(0).any().item<bool>()) Relocate(points, centres, pass);
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
            Fused.AddRowsInPlace(sums, x, ids);
            counts.add_(ids.bincount(null, centres.size(0)));
            inertia.add_(Finite(distance2.sum(float64)));
            foreach (var id in ids.data<long>()) hash = (hash ^ (ulong)id) * 1099511628211UL;
            seen += x.size(0);
        }
        if (seen == 0) throw new ArgumentException("There are no points to cluster: the data set is empty.");
        foreach (var total in new[] { sums, counts, inertia }) AllReduce?.Invoke(total);
        return new(sums, counts, inertia.item<double>(), hash);
    }

    // moves the farthest points, one an empty cluster, from their cluster's sum to that of the empty one; points that lie on their centre stay
    private void Relocate(PointBatches points, Tensor centres, Sums pass)
    {
        var empty = pass.Counts.eq(0).nonzero().squeeze(-1).ToArray<long>();
        var farthest = new List<(double Distance2, long Cluster, Tensor Point)>();
        foreach (var batch in points())
        {
            var x = Checked(batch, centres);
            var (ids, distance2) = Fused.NearestCentre(x, centres);
            var (far, places) = distance2.topk((int)Math.Min(empty.Length, x.size(0)));
            foreach (var (distance, place) in far.ToArray<float>().Zip(places.ToArray<long>()))
                if (distance > 0) farthest.Add((distance, ids[place].item<long>(), x[place].clone()));
            farthest = [.. farthest.OrderByDescending(point => point.Distance2).Take(empty.Length)];
        }
        foreach (var (cluster, point) in empty.Zip(farthest))
        {
            pass.Of[point.Cluster].add_(point.Point.neg());
            pass.Of[cluster].copy_(point.Point);
            pass.Counts[point.Cluster].add_(-1);
            pass.Counts[cluster].fill_(1);
        }
    }

    private Tensor Checked(Tensor batch, Tensor centres)
    {
        if (batch.ndim != 2 || batch.size(1) != centres.size(1)) throw new ArgumentException($"Points [n, {centres.size(1)}] are wanted, found {batch}.");
        var x = batch.detach().to(float32);
        return Spherical ? nn.functional.normalize(x, dim: -1) : x;
    }

    // a point that is no number has a distance that is none
    private static Tensor Finite(Tensor distance2) => double.IsFinite(distance2.item<double>()) ? distance2
        : throw new ArgumentException("Points hold NaN or infinity; k-means has no mean of them. Look at the features of the first batch.");

    private Tensor Means(Sums pass, Tensor centres)
    {
        var counts = pass.Counts.unsqueeze(-1);
        var means = Spherical ? nn.functional.normalize(pass.Of, dim: -1) : pass.Of.div(counts.clamp(min: 1));
        return where(counts.eq(0), centres, means.to(float32));
    }
}
