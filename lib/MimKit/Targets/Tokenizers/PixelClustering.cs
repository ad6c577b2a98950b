using System.Diagnostics;
using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit;

/// <summary>
/// Clusters the pixel patches of an image set as ClusterMIM does (METHODS 3.2): normalised images in their own order, one
/// <see cref="MiniBatchKMeans.PartialFit"/> a batch, no normalisation of patches.
/// </summary>
public sealed record PixelClustering
{
    /// <summary>K.</summary>
    public required int Clusters { get; init; }

    /// <summary>Passes over the images.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>Images a batch; the last, smaller batch is dropped unless it is the only one.</summary>
    public int BatchSize { get; init; } = 256;

    public ulong Seed { get; init; }

    /// <summary>Makes the clusters. Progress overwrites one line of <see cref="Console.Out"/>; a cancelled host stops it between batches.</summary>
    /// <param name="set">the images</param>
    /// <param name="grid">how they are cut</param>
    public Clusters Fit(ImageSet set, PatchGrid grid)
    {
        if (Epochs < 1) throw new ArgumentException($"Epochs is {Epochs}; cluster for at least 1.");
        using var off = no_grad();
        var kmeans = new MiniBatchKMeans(Clusters, Seed);
        var (batchSize, clock, shown) = (Math.Min(BatchSize, set.Count), Stopwatch.StartNew(), TimeSpan.Zero);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var (distance2, batches) = (0.0, set.Count / batchSize);
            for (var b = 0; b < batches; b++)
            {
                Ambient.Cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                distance2 += kmeans.PartialFit(Patches(set, grid, b * batchSize, batchSize));
            }
            if (clock.Elapsed - shown < TimeSpan.FromSeconds(0.5) && epoch + 1 < Epochs) continue;
            shown = clock.Elapsed;
            Console.Out.Write($"\rk-means, {Clusters} clusters: epoch {epoch + 1} of {Epochs}, mean squared distance {distance2 / batches:0.0000}, {shown.TotalSeconds:0.0} s ");
        }
        Console.Out.WriteLine();
        var centres = kmeans.Centres();
        return new(centres, grid, Measure(centres, set, grid, batchSize));
    }

    // one more pass, with the final centres
    private static ClusterFit Measure(Tensor centres, ImageSet set, PatchGrid grid, int batchSize)
    {
        var (distance2, counts) = (0.0, new long[centres.size(0)]);
        for (var first = 0; first < set.Count; first += batchSize)
        {
            using var scope = NewDisposeScope();
            var (ids, d) = Fused.NearestCentre(Patches(set, grid, first, Math.Min(batchSize, set.Count - first)), centres);
            foreach (var id in ids.data<long>()) counts[id]++;
            distance2 += d.sum(float64).item<double>();
        }
        var all = counts.Sum();
        return new(distance2 / all, counts.Count(count => count == 0), (double)counts.Max() / all);
    }

    // [batch · N, p · p · C]
    private static Tensor Patches(ImageSet set, PatchGrid grid, int first, int count)
    {
        var places = new long[count];
        for (var i = 0; i < count; i++) places[i] = first + i;
        return grid.Cut(Batch.Of(set, places).Images).flatten(0, 1);
    }
}
