using System.Runtime.InteropServices;
using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// Streaming k-means with the semantics of scikit-learn's <c>MiniBatchKMeans.partial_fit</c> (METHODS 3.2): a centre is the running
/// mean of all points it ever got, and centres that got few are put onto points of the batch. Sums are float64; draws are counted from the
/// seed, so the same batches give the same centres. K clusters, D values a point.
/// </summary>
public sealed class MiniBatchKMeans
{
    private const double RarelyUsed = 0.01;                                        // scikit-learn's reassignment_ratio
    private const int CallsBetweenReseeding = 10;                                  // in points a cluster

    private readonly ulong _seed;
    private double[] _centres = [];                                                // [K, D]
    private double[] _counts = [];
    private long _sinceReseeding;
    private int _calls;

    /// <param name="clusters">K</param>
    /// <param name="seed">of the start and of re-seeding</param>
    public MiniBatchKMeans(int clusters, ulong seed)
    {
        if (clusters < 1) throw new ArgumentException($"k-means needs at least 1 cluster, asked for {clusters}.");
        (Clusters, _seed) = (clusters, seed);
    }

    /// <summary>K.</summary>
    public int Clusters { get; }

    /// <summary>Points that each centre is the mean of; a re-seeded centre takes over the smallest count of the others.</summary>
    public IReadOnlyList<double> Counts => _counts;

    /// <summary>The centres so far, [K, D] float32; a new tensor.</summary>
    /// <exception cref="InvalidOperationException">No points were seen.</exception>
    public Tensor Centres() => _centres.Length > 0 ? tensor(_centres, [Clusters, _centres.Length / Clusters], float32)
        : throw new InvalidOperationException("There are no centres yet: call PartialFit or StartFrom first.");

    /// <summary>Starts from given centres instead of the k-means++ start.</summary>
    /// <param name="centres">[K, D]</param>
    /// <param name="counts">points each is already the mean of; null: none, so that the first points replace it</param>
    public void StartFrom(Tensor centres, IReadOnlyList<double>? counts = null)
    {
        if (centres.ndim != 2 || centres.size(0) != Clusters || (counts?.Count ?? Clusters) != Clusters)
            throw new ArgumentException($"{Clusters} clusters need centres [{Clusters}, D] and {Clusters} counts; found {centres} and {counts?.Count ?? Clusters} counts.");
        using var wide = centres.to(float64, copy: true);
        _centres = wide.ToArray<double>();
        _counts = counts is null ? new double[Clusters] : [.. counts];
    }

    /// <summary>One batch. The first starts the centres: greedy k-means++ on its rows.</summary>
    /// <param name="points">[n, D] float32; at least K rows when it is the first</param>
    /// <returns>mean squared distance of the points to their nearest centre before this update</returns>
    public double PartialFit(Tensor points)
    {
        using var scope = NewDisposeScope();
        points = points.detach().to(float32).contiguous();
        if (points.ndim != 2 || points.size(0) == 0) throw new ArgumentException($"k-means takes points [n, D] with n at least 1, found {points.metastr()}.");
        if (!double.IsFinite(points.sum(float64).item<double>())) throw new ArgumentException("Points hold NaN or infinity; k-means has no mean of them. Look at the features of this batch.");
        var (rows, width) = ((int)points.size(0), (int)points.size(1));
        if (_centres.Length == 0) StartFrom(KMeansStart.Centres(points, Clusters, _seed));
        if (_centres.Length != Clusters * width) throw new ArgumentException($"The centres have {_centres.Length / Clusters} values, these points {width}.");

        _sinceReseeding += rows;
        var reseed = _counts.Contains(0) || _sinceReseeding >= CallsBetweenReseeding * Clusters;   // asked before the update, as scikit-learn does
        if (reseed) _sinceReseeding = 0;

        var (ids, distance2) = Fused.NearestCentre(points, Centres());
        var values = MemoryMarshal.Cast<byte, float>(points.bytes);
        Update(values, ids.ToArray<long>(), width);
        if (reseed) Reseed(values, rows, width);
        _calls++;
        return distance2.sum(float64).item<double>() / rows;
    }

    // centre = (centre · count + sum of its new points) / (count + their number)
    private void Update(ReadOnlySpan<float> points, ReadOnlySpan<long> ids, int width)
    {
        var members = new int[Clusters];
        foreach (var id in ids) members[id]++;
        for (var k = 0; k < Clusters; k++)
            if (members[k] > 0) Scale(k, _counts[k]);
        for (var i = 0; i < ids.Length; i++)
        {
            var centre = _centres.AsSpan((int)ids[i] * width, width);
            var point = points.Slice(i * width, width);
            for (var d = 0; d < width; d++) centre[d] += point[d];
        }
        for (var k = 0; k < Clusters; k++)
        {
            if (members[k] == 0) continue;
            _counts[k] += members[k];
            Scale(k, 1 / _counts[k]);
        }

        void Scale(int k, double factor)
        {
            foreach (ref var value in _centres.AsSpan(k * width, width)) value *= factor;
        }
    }

    /// <summary>Puts rarely used centres, at most half the batch's rows, onto distinct random points of the batch.</summary>
    private void Reseed(ReadOnlySpan<float> points, int rows, int width)
    {
        var floor = RarelyUsed * _counts.Max();
        var low = Enumerable.Range(0, Clusters).Where(k => _counts[k] < floor).OrderBy(k => _counts[k]).Take(rows / 2).ToArray();
        if (low.Length == 0) return;

        var chosen = new Draw(_seed, _calls, [0]).Permutation(Purpose.KMeans, rows);
        var smallest = Enumerable.Range(0, Clusters).Except(low).Min(k => _counts[k]);
        for (var i = 0; i < low.Length; i++)
        {
            var point = points.Slice((int)chosen[i] * width, width);
            for (var d = 0; d < width; d++) _centres[low[i] * width + d] = point[d];
            _counts[low[i]] = smallest;
        }
    }
}
