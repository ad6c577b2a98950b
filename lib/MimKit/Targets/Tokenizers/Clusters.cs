using System.Globalization;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit;

/// <summary>How a set of clusters fits the data it was made from.</summary>
/// <param name="Inertia">mean squared distance of a patch to its centre</param>
/// <param name="Empty">clusters that no patch falls into</param>
/// <param name="LargestShare">share of the patches in the largest cluster</param>
public sealed record ClusterFit(double Inertia, int Empty, double LargestShare);

/// <summary>Centres of pixel patches: ClusterMIM's codebook.</summary>
public sealed class Clusters : IDisposable
{
    /// <param name="centres">[K, D] float32; owned by this object</param>
    /// <param name="grid">the patches they are centres of, with D = grid.PatchValues</param>
    /// <param name="fit">how well they fit their data</param>
    public Clusters(Tensor centres, PatchGrid grid, ClusterFit fit)
    {
        if (centres.ndim != 2 || centres.size(0) < 1 || centres.size(1) != grid.PatchValues)
            throw new ArgumentException($"Centres are {centres}; {grid} needs [K, {grid.PatchValues}] with K at least 1.");
        (Centres, Grid, Fit) = (centres.DetachFromDisposeScope(), grid, fit);
    }

    /// <summary>[K, D] float32 in the order (row, column, channel) of <see cref="PatchGrid.Cut"/>.</summary>
    public Tensor Centres { get; }
    public PatchGrid Grid { get; }
    public ClusterFit Fit { get; }

    /// <summary>K.</summary>
    public int Count => (int)Centres.size(0);

    /// <summary>The nearest centre of each point, squared Euclidean; the first wins a tie.</summary>
    /// <param name="points">[n, D]</param>
    /// <returns>[n] int64</returns>
    public Tensor Assign(Tensor points)
    {
        var (ids, distance2) = Fused.NearestCentre(points, Centres);
        distance2.Dispose();
        return ids;
    }

    /// <summary>Writes centres, grid and fit to a safetensors file, whole or not at all.</summary>
    public void Save(string path) => Safetensors.Save(path, new Dictionary<string, Tensor> { ["centres"] = Centres }, new Dictionary<string, string>
    {
        ["grid"] = string.Join(' ', Grid.Rows, Grid.Columns, Grid.PatchSize, Grid.Channels),
        ["inertia"] = Fit.Inertia.ToString("R", CultureInfo.InvariantCulture),
        ["empty"] = $"{Fit.Empty}",
        ["largest_share"] = Fit.LargestShare.ToString("R", CultureInfo.InvariantCulture),
    });

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static Clusters Load(string path)
    {
        using var file = new SafetensorsFile(path);
        if (!file.Entries.ContainsKey("centres") || !file.Metadata.TryGetValue("grid", out var text) || text.Split(' ') is not { Length: 4 } sizes)
            throw new InvalidDataException($"{path} holds no clusters: the tensor 'centres' or the text 'grid' is missing. Write it with Clusters.Save.");
        var grid = Array.ConvertAll(sizes, size => int.Parse(size, CultureInfo.InvariantCulture));
        return new(file.Read("centres"), new(grid[0], grid[1], grid[2], grid[3]),
            new(Number("inertia"), (int)Number("empty"), Number("largest_share")));

        double Number(string name) => double.Parse(file.Metadata[name], CultureInfo.InvariantCulture);
    }

    public void Dispose() => Centres.Dispose();

    public override string ToString() =>
        $"{Count} clusters of {Grid.PatchSize}x{Grid.PatchSize}x{Grid.Channels} pixel patches (mean squared distance {Fit.Inertia:0.####}, {Fit.Empty} empty, largest {Fit.LargestShare:P1})";
}
