using System.Diagnostics;
using MimKit.Data;
using MimKit.Runtime;

namespace MimKit;

/// <summary>How vectors are clustered.</summary>
public enum ClusterAlgorithm
{
    /// <summary>Streaming means, one update a batch: ClusterMIM (<see cref="MiniBatchKMeans"/>).</summary>
    MiniBatch,
    /// <summary>All points in every round (<see cref="MimKit.Lloyd"/>).</summary>
    Lloyd,
    /// <summary>The same by cosine: vectors and centres of unit length.</summary>
    Spherical,
}

/// <summary>
/// Clusters the vectors that a target gives the patches of an image set: teacher features (ClusterMIM DINO), HOG, normalised pixels. Images
/// stream through in batches; nothing is sub-sampled except for the start, which reads the first batches only.
/// </summary>
public sealed record VectorClustering
{
    private const int PointsPerCentre = 3;                                         // scikit-learn's init_size, in batches of rows

    /// <summary>K.</summary>
    public required int Clusters { get; init; }

    /// <summary>Passes over the images.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>Images a batch; mini-batch k-means drops the last, smaller batch unless it is the only one.</summary>
    public int BatchSize { get; init; } = 256;

    public ClusterAlgorithm Algorithm { get; init; } = ClusterAlgorithm.MiniBatch;

    public ulong Seed { get; init; }

    /// <summary>Makes the clusters. Progress overwrites one line of <see cref="Console.Out"/>; a cancelled host stops it between batches.</summary>
    /// <param name="set">the images</param>
    /// <param name="space">whose vectors are clustered; must outlive the clusters</param>
    public Clusters Fit(ImageSet set, Target space)
    {
        var (centres, fit) = Fit(set, images => space.Of(images).Values.flatten(0, 1));
        return new(centres, space, fit) { MadeOn = set.Name };
    }

    /// <param name="vectors">images [B, C, H, W] to points [n, D]</param>
    internal (Tensor Centres, ClusterFit Fit) Fit(ImageSet set, Func<Tensor, Tensor> vectors)
    {
        if (Epochs < 1) throw new ArgumentException($"Epochs is {Epochs}; cluster for at least 1.");
        if (set.Count == 0) throw new ArgumentException($"{set} has no image; there is nothing to cluster.");
        using var off = no_grad();
        if (Algorithm == ClusterAlgorithm.MiniBatch) return MiniBatches(set, vectors);
        var spherical = Algorithm == ClusterAlgorithm.Spherical;
        using var scope = NewDisposeScope();
        var first = cat([.. Batches(set, vectors).Take(PointsPerCentre).Select(batch => batch.clone())]);
        var start = KMeansStart.Centres(spherical ? nn.functional.normalize(first, dim: -1) : first, Clusters, Seed);
        var fit = new Lloyd { Rounds = Epochs, Spherical = spherical }.Fit(() => Batches(set, vectors), start);
        return (fit.Centres.MoveToOuterDisposeScope(), new(fit.Inertia / fit.Points, fit.Empty, fit.LargestShare));
    }

    private (Tensor, ClusterFit) MiniBatches(ImageSet set, Func<Tensor, Tensor> vectors)
    {
        var kmeans = new MiniBatchKMeans(Clusters, Seed);
        var (whole, clock, shown) = (Math.Max(1, set.Count / BatchSize), Stopwatch.StartNew(), TimeSpan.Zero);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var distance2 = Batches(set, vectors).Take(whole).Sum(kmeans.PartialFit);
            if (clock.Elapsed - shown < TimeSpan.FromSeconds(0.5) && epoch + 1 < Epochs) continue;
            shown = clock.Elapsed;
            Console.Out.Write($"\rk-means, {Clusters} clusters: epoch {epoch + 1} of {Epochs}, mean squared distance {distance2 / whole:0.0000}, {shown.TotalSeconds:0.0} s ");
        }
        Console.Out.WriteLine();
        var centres = kmeans.Centres();
        return (centres, Measure(centres, Batches(set, vectors)));
    }

    // one more pass, with the final centres
    private static ClusterFit Measure(Tensor centres, IEnumerable<Tensor> batches)
    {
        var (distance2, counts) = (0.0, new long[centres.size(0)]);
        foreach (var points in batches)
        {
            using var scope = NewDisposeScope();
            var (ids, d) = Fused.NearestCentre(points, centres);
            foreach (var id in ids.data<long>()) counts[id]++;
            distance2 += d.sum(float64).item<double>();
        }
        var all = counts.Sum();
        return new(distance2 / all, counts.Count(count => count == 0), (double)counts.Max() / all);
    }

    // in the set's own order; a batch is freed when the next is asked for
    private IEnumerable<Tensor> Batches(ImageSet set, Func<Tensor, Tensor> vectors)
    {
        for (var first = 0; first < set.Count; first += BatchSize)
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            var places = new long[Math.Min(BatchSize, set.Count - first)];
            for (var i = 0; i < places.Length; i++) places[i] = first + i;
            var scope = NewDisposeScope();
            var points = vectors(Batch.Of(set, places).Images).MoveToOuterDisposeScope();
            scope.Dispose();
            yield return points;
            points.Dispose();
        }
    }
}
