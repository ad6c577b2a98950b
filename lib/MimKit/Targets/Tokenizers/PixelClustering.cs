using MimKit.Data;
using MimKit.Models;

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
        var (centres, fit) = new VectorClustering { Clusters = Clusters, Epochs = Epochs, BatchSize = BatchSize, Seed = Seed }.Fit(set, images => grid.Cut(images).flatten(0, 1));
        return new(centres, grid, fit) { MadeOn = set.Name };
    }
}
