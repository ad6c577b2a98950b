using MimKit.Evaluation;
using MimKit.Runtime;

namespace MimKit.Export;

/// <summary>Features on disk, for other programs.</summary>
public static class FeatureFile
{
    /// <summary>
    /// Writes features and labels: FILE.safetensors holds "features" [n, D] float32 and "labels" [n] int64; FILE.npy holds the features, and FILE.labels.npy the labels.
    /// Existing files are replaced atomically.
    /// </summary>
    /// <exception cref="ArgumentException">The name ends otherwise.</exception>
    /// <returns>the files written</returns>
    public static IReadOnlyList<string> Save(FeatureSet features, string path)
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Array.ConvertAll(features.Labels, label => (long)label));
        switch (Path.GetExtension(path))
        {
            case ".safetensors":
                Safetensors.Save(path, new Dictionary<string, Tensor> { ["features"] = features.X, ["labels"] = labels }, new Dictionary<string, string> { ["source"] = features.Source });
                return [path];
            case ".npy":
                var beside = Path.ChangeExtension(path, ".labels.npy");
                Npy.Save(path, features.X);
                Npy.Save(beside, labels);
                return [path, beside];
            default:
                throw new ArgumentException($"Features cannot be written to {path}: its name must end in .safetensors or .npy.");
        }
    }
}
