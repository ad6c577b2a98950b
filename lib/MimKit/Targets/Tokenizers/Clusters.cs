using System.Globalization;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>How a set of clusters fits the data it was made from.</summary>
/// <param name="Inertia">mean squared distance of a patch to its centre</param>
/// <param name="Empty">clusters that no patch falls into</param>
/// <param name="LargestShare">share of the patches in the largest cluster</param>
public sealed record ClusterFit(double Inertia, int Empty, double LargestShare);

/// <summary>Centres of pixel patches, or of any vectors that a target gives a patch: ClusterMIM's codebook.</summary>
public sealed class Clusters : IDisposable
{
    /// <param name="centres">[K, D] float32; owned by this object</param>
    /// <param name="grid">the patches they are centres of, with D = grid.PatchValues</param>
    /// <param name="fit">how well they fit their data</param>
    public Clusters(Tensor centres, PatchGrid grid, ClusterFit fit) : this(centres, grid, fit, space: null) { }

    /// <param name="centres">[K, D] float32; owned by this object</param>
    /// <param name="space">whose vectors they are centres of, with D = space.Size: teacher features, HOG; disposed by its owner</param>
    /// <param name="fit">how well they fit their data</param>
    public Clusters(Tensor centres, Target space, ClusterFit fit) : this(centres, space.Grid, fit, space) { }

    private Clusters(Tensor centres, PatchGrid grid, ClusterFit fit, Target? space)
    {
        var width = space?.Size ?? grid.PatchValues;
        if (centres.ndim != 2 || centres.size(0) < 1 || centres.size(1) != width)
            throw new ArgumentException($"Centres are {centres}; {space?.ToString() ?? grid.ToString()} needs [K, {width}] with K at least 1.");
        (Centres, Grid, Fit, Space) = (centres.DetachFromDisposeScope(), grid, fit, space);
    }

    /// <summary>[K, D] float32 in the order (row, column, channel) of <see cref="PatchGrid.Cut"/>.</summary>
    public Tensor Centres { get; }
    public PatchGrid Grid { get; }
    public ClusterFit Fit { get; }

    /// <summary>Whose vectors are clustered; null: pixel patches.</summary>
    public Target? Space { get; }

    /// <summary>The data set they were made on, by name.</summary>
    public string? MadeOn { get; init; }

    /// <summary>K.</summary>
    public int Count => (int)Centres.size(0);

    /// <summary>What is compared with the centres.</summary>
    /// <param name="view">[B, C, H, W] float32, normalised</param>
    /// <returns>[B · N, D] float32</returns>
    public Tensor Vectors(Tensor view) => (Space is null ? Grid.Cut(view) : Space.Of(view).Values).flatten(0, 1);

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
        ["space"] = Space?.ToString() ?? "pixel patches",
        ["made_on"] = MadeOn ?? "",
        ["grid"] = string.Join(' ', Grid.Rows, Grid.Columns, Grid.PatchSize, Grid.Channels),
        ["inertia"] = Fit.Inertia.ToString("R", CultureInfo.InvariantCulture),
        ["empty"] = $"{Fit.Empty}",
        ["largest_share"] = Fit.LargestShare.ToString("R", CultureInfo.InvariantCulture),
    });

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">the file</param>
    /// <param name="spaceOn">whose vectors were clustered, on the patches that the file names; null: pixel patches</param>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static Clusters Load(string path, Func<PatchGrid, Target?>? spaceOn = null)
    {
        using var file = new SafetensorsFile(path);
        if (!file.Entries.ContainsKey("centres") || !file.Metadata.TryGetValue("grid", out var text) || text.Split(' ') is not { Length: 4 } sizes)
            throw new InvalidDataException($"{path} holds no clusters: the tensor 'centres' or the text 'grid' is missing. Write it with Clusters.Save.");
        var grid = Array.ConvertAll(sizes, size => int.Parse(size, CultureInfo.InvariantCulture));
        var patches = new PatchGrid(grid[0], grid[1], grid[2], grid[3]);
        return new(file.Read("centres"), patches, new(Number("inertia"), (int)Number("empty"), Number("largest_share")), spaceOn?.Invoke(patches))
        {
            MadeOn = file.Metadata.GetValueOrDefault("made_on") is { Length: > 0 } name ? name : null,
        };

        double Number(string name) => double.Parse(file.Metadata[name], CultureInfo.InvariantCulture);
    }

    public void Dispose() => Centres.Dispose();

    public override string ToString() =>
        $"{Count} clusters of {Space?.ToString() ?? $"{Grid.PatchSize}x{Grid.PatchSize}x{Grid.Channels} pixel patches"} (mean squared distance {Fit.Inertia:0.####}, {Fit.Empty} empty, largest {Fit.LargestShare:P1})";
}
