using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MimKit.Data;
using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// A teacher's patch features of an image set on disk, in float16, computed once: files of a few thousand images, named by the digest of the
/// teacher's weights and the images. For what passes over features many times, such as k-means; views that are drawn anew cannot be cached.
/// </summary>
public sealed class CachedFeatures
{
    private const int ImagesPerFile = 4096, ImagesAtOnce = 250;

    private readonly string _folder;
    private readonly int _images;

    private CachedFeatures(string folder, int images) => (_folder, _images) = (folder, images);

    /// <summary>The folder that holds the files.</summary>
    public string Folder => _folder;

    /// <summary>Opens the features of a set, computing what is not there yet; a crash costs the file that was being written.</summary>
    /// <param name="root">"artefacts/features"</param>
    /// <param name="teacher">frozen</param>
    /// <param name="weights">the teacher's weights, for the digest: <c>network.state_dict()</c></param>
    /// <param name="set">the images</param>
    public static CachedFeatures Of(string root, Teacher teacher, IReadOnlyDictionary<string, Tensor> weights, ImageSet set)
    {
        var folder = Path.Combine(root, Digest(teacher, weights, set));
        Directory.CreateDirectory(folder);
        var cache = new CachedFeatures(folder, set.Count);
        for (var file = 0; file < cache.Files; file++)
            if (!File.Exists(cache.FileOf(file))) cache.Compute(file, teacher, set);
        return cache;
    }

    /// <summary>All features, [n, D] float32 a batch, in the set's order; for <see cref="Lloyd"/>.</summary>
    public IEnumerable<Tensor> Points()
    {
        for (var file = 0; file < Files; file++)
        {
            using var open = new SafetensorsFile(FileOf(file));
            using var half = open.Read("features");                                // [images, N, D] float16
            using var rows = half.flatten(0, 1);
            var points = rows.to(float32);
            yield return points;
            points.Dispose();
        }
    }

    private int Files => (_images + ImagesPerFile - 1) / ImagesPerFile;

    private string FileOf(int file) => Path.Combine(_folder, file.ToString("0000", CultureInfo.InvariantCulture) + ".safetensors");

    private void Compute(int file, Teacher teacher, ImageSet set)
    {
        using var scope = NewDisposeScope();
        var scale = InputScale.Of(set.Manifest);
        var parts = new List<Tensor>();
        foreach (var places in Enumerable.Range(file * ImagesPerFile, Math.Min(ImagesPerFile, set.Count - file * ImagesPerFile)).Select(place => (long)place).Chunk(ImagesAtOnce))
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            parts.Add(teacher.Patches(Batch.Of(set, places).Images, scale).to(float16).MoveToOuterDisposeScope());
        }
        Safetensors.Save(FileOf(file), new Dictionary<string, Tensor> { ["features"] = cat(parts) });
    }

    private static string Digest(Teacher teacher, IReadOnlyDictionary<string, Tensor> weights, ImageSet set)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{teacher}\n{teacher.Scale}\n{set.Digest}\n"));
        foreach (var (name, tensor) in weights.OrderBy(weight => weight.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(tensor.detach().cpu().contiguous().bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
