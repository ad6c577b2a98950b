using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MimKit.Data;
using MimKit.Models;
using MimKit.Reports;
using MimKit.Runtime;

namespace MimKit;

/// <summary>What a cluster tokenizer clusters.</summary>
public enum VectorSpace
{
    /// <summary>The pixels of a patch: ClusterMIM Pixel.</summary>
    Pixels,
    /// <summary>The same, each patch standardised.</summary>
    NormalisedPixels,
    Hog,
    /// <summary>The features of a trained teacher: ClusterMIM DINO.</summary>
    Teacher,
}

/// <summary>A k-means tokenizer as the command line makes it. Not trained by steps: clusters are made at once and saved in the folder.</summary>
public sealed record ClusterTokenizerConfig
{
    internal const string FileName = "clusters.safetensors";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public VectorSpace Space { get; init; } = VectorSpace.Pixels;
    /// <summary>Run folder of the teacher, where <see cref="Space"/> is that.</summary>
    public string Teacher { get; init; } = "runs/dino-fashion-mnist-seed0";
    public int Clusters { get; init; } = 100;
    /// <summary>Pixels of a patch's side; a teacher has its own.</summary>
    public int PatchSize { get; init; } = 4;
    /// <summary>Pixels of a HOG cell's side.</summary>
    public int HogCell { get; init; } = 2;
    public ClusterAlgorithm Algorithm { get; init; } = ClusterAlgorithm.MiniBatch;
    public int Epochs { get; init; } = 5;
    public int BatchSize { get; init; } = 256;

    /// <summary>ClusterMIM's pixel tokenizer on small images.</summary>
    public static ClusterTokenizerConfig Mini28 { get; } = new();

    /// <summary>Makes the clusters and writes them, with a run.json beside them, into a folder.</summary>
    /// <param name="train">the images</param>
    /// <param name="seed">of the start</param>
    /// <param name="folder">is made; one that holds a run is refused</param>
    public ClusterTarget Train(ImageSet train, ulong seed, string folder)
    {
        if (File.Exists(Path.Combine(folder, "run.json"))) throw new ArgumentException($"{folder} already holds a run.\n  to do: name another folder with --out");
        var grid = new PatchGrid(train.Height / PatchSize, train.Width / PatchSize, PatchSize, train.Channels);
        var clustering = new VectorClustering { Clusters = Clusters, Epochs = Epochs, BatchSize = BatchSize, Algorithm = Algorithm, Seed = seed };
        var clusters = clustering.Fit(train, SpaceOn(grid, InputScale.Of(train.Manifest)) ?? new PixelTarget(grid, normalised: false));
        Directory.CreateDirectory(folder);
        clusters.Save(Path.Combine(folder, FileName));
        var run = new JsonObject
        {
            ["subject"] = nameof(ClusterTokenizerConfig),
            ["config"] = JsonSerializer.SerializeToNode(this, Indented),
            ["seed"] = seed,
            ["data"] = new JsonObject { ["name"] = train.Name, ["split"] = train.Split, ["images"] = train.Count, ["digest"] = train.Digest },
            ["environment"] = JsonSerializer.SerializeToNode(Provenance.Current, Indented),
        };
        Safetensors.WriteAtomically(Path.Combine(folder, "run.json"), stream => stream.Write(Encoding.UTF8.GetBytes(run.ToJsonString(Indented) + "\n")));
        return new(clusters);
    }

    /// <summary>Whose vectors are clustered; null: pixel patches.</summary>
    /// <param name="grid">of the patches</param>
    /// <param name="scale">of the batches</param>
    internal Target? SpaceOn(PatchGrid grid, InputScale scale) => Space switch
    {
        VectorSpace.Pixels => null,
        VectorSpace.NormalisedPixels => new PixelTarget(grid),
        VectorSpace.Hog => new HogTarget(grid, HogCell, window: 0),
        VectorSpace.Teacher => new FeatureTarget(Trained.Dino(Teacher), scale),
        _ => throw new ArgumentException($"There is no vector space {Space}."),
    };
}
