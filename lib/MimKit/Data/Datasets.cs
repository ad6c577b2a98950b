using System.Collections.Concurrent;

namespace MimKit.Data;

/// <summary>
/// The data sets that <c>data-manifests/</c> describes. The folder is found in <c>MIMKIT_HOME</c> (the repository) or upward from
/// the assembly; <c>MIMKIT_DATA</c>, where set, is the folder that holds the files (or a subfolder of the data set's name).
/// </summary>
public static class Datasets
{
    private static readonly ConcurrentDictionary<(string Digest, string Folder), DataSplits> Opened = new();

    /// <summary>Every manifest, by name.</summary>
    public static IReadOnlyList<DataManifest> All =>
        [.. Directory.GetFiles(ManifestFolder(), "*.yaml").Order(StringComparer.Ordinal).Select(DataManifest.Read)];

    /// <summary>The manifest of one data set.</summary>
    /// <exception cref="DataException">There is none of that name, or it is malformed.</exception>
    public static DataManifest Manifest(string name)
    {
        var folder = ManifestFolder();
        var path = Path.Combine(folder, name + ".yaml");
        if (File.Exists(path)) return DataManifest.Read(path);
        var known = Directory.GetFiles(folder, "*.yaml").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        throw new DataException($"There is no data set '{name}'.\n  known: {string.Join(", ", known)}\n  looked in: {folder}");
    }

    /// <summary>Reads a data set: sizes and sha256 checked, split into train, val and test; kept for the life of the process.</summary>
    /// <exception cref="DataException">A file is missing, truncated or differs from its digest.</exception>
    public static DataSplits Open(string name)
    {
        var manifest = Manifest(name);
        return Opened.GetOrAdd((manifest.Digest, Folder(manifest)), _ => Read(manifest));
    }

    /// <summary>Reads every file from the disk again and says of each whether it is whole; does not stop at the first problem.</summary>
    public static IReadOnlyList<FileReport> Verify(string name)
    {
        var manifest = Manifest(name);
        return [.. manifest.Files.Values.Select(file =>
        {
            try
            {
                Content(manifest, file);
                return new FileReport(file.Name, null);
            }
            catch (DataException problem)
            {
                return new FileReport(file.Name, problem.Message);
            }
        })];
    }

    private static DataSplits Read(DataManifest manifest)
    {
        var (image, splits) = (manifest.Image, manifest.Splits);
        if (image.Channels != 1) throw new DataException($"{manifest.Path}: IDX images have one channel, the manifest says {image.Channels}.");
        var all = ReadSet(manifest, "train", splits.Train + splits.Val);
        var test = ReadSet(manifest, "test", splits.Test);
        var (train, val) = Carve(splits);
        return new(all.Select(train, "train"), all.Select(val, "val"), test);
    }

    /// <summary>The places in the training files: val is the head of a seeded permutation; both keep the files' order.</summary>
    private static (int[] Train, int[] Val) Carve(SplitSizes splits)
    {
        var order = new CounterHash(splits.ValSeed).Permutation(splits.Train + splits.Val);
        var val = order[..splits.Val];
        var train = order[splits.Val..];
        Array.Sort(val);
        Array.Sort(train);
        return (train, val);
    }

    private static ImageSet ReadSet(DataManifest manifest, string part, int count)
    {
        var (images, labels) = (manifest.Files[part + "-images"], manifest.Files[part + "-labels"]);
        var pixels = IdxFile.Content(Content(manifest, images), images.Name, count, manifest.Image.Height, manifest.Image.Width);
        var classes = IdxFile.Content(Content(manifest, labels), labels.Name, count);
        return new(manifest, part, pixels.ToArray(), Array.ConvertAll(classes.ToArray(), label => (int)label));
    }

    private static byte[] Content(DataManifest manifest, DataFile file)
    {
        var path = Find(manifest, file);
        var advice = $"\n  to do: ./mimkit data verify {manifest.Name}; then apt-get install --reinstall {manifest.Provider.SystemPackage}" +
                     (DataOverride is { } folder ? $", or mend the copy in MIMKIT_DATA={folder}" : "");
        byte[] bytes;
        try
        {
            bytes = IdxFile.Unpack(path);
        }
        catch (DataException problem)
        {
            throw new DataException($"{problem.Message}\n  expected: {file.Bytes:N0} bytes unpacked{advice}", problem);
        }
        if (bytes.LongLength != file.Bytes)
            throw new DataException($"{path} is {(bytes.LongLength < file.Bytes ? "truncated" : "too long")}." +
                $"\n  expected: {file.Bytes:N0} bytes unpacked\n  found:    {bytes.LongLength:N0} bytes{advice}");
        var digest = IdxFile.Sha256(bytes);
        if (digest != file.Sha256)
            throw new DataException($"{path} is not the file that the manifest describes: wrong checksum." +
                $"\n  expected: sha256 {file.Sha256}\n  found:    sha256 {digest}\n  manifest: {manifest.Path}{advice}");
        return bytes;
    }

    private static string Find(DataManifest manifest, DataFile file)
    {
        var folder = Folder(manifest);
        var path = Path.Combine(folder, file.Name);
        foreach (var candidate in new[] { path, path + ".gz" })
            if (File.Exists(candidate)) return candidate;
        throw new DataException($"{manifest.Title}: {file.Name} (or {file.Name}.gz) was not found.\n  looked in: {folder}" +
            (DataOverride is null ? "" : " (from MIMKIT_DATA)") +
            $"\n  to do: apt-get install {manifest.Provider.SystemPackage}; or put the files in a folder and set MIMKIT_DATA to it;" +
            $"\n         then ./mimkit data verify {manifest.Name}");
    }

    private static string? DataOverride => Environment.GetEnvironmentVariable("MIMKIT_DATA") is { Length: > 0 } folder ? folder : null;

    private static string Folder(DataManifest manifest)
    {
        if (DataOverride is not { } folder) return manifest.Provider.Folder;
        var own = Path.Combine(folder, manifest.Name);
        return Directory.Exists(own) ? own : folder;
    }

    private static string ManifestFolder()
    {
        if (Environment.GetEnvironmentVariable("MIMKIT_HOME") is { Length: > 0 } home)
        {
            var folder = Path.Combine(home, "data-manifests");
            return Directory.Exists(folder) ? folder
                : throw new DataException($"There is no folder {folder}; MIMKIT_HOME must be the repository's root or unset.");
        }
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Directory.Exists(Path.Combine(at.FullName, "data-manifests"))) return Path.Combine(at.FullName, "data-manifests");
        throw new DataException($"No folder data-manifests was found upward from {AppContext.BaseDirectory}; set MIMKIT_HOME to the repository's root.");
    }
}

/// <summary>What <see cref="Datasets.Verify"/> found of one file; <paramref name="Problem"/> is null where it is whole.</summary>
public sealed record FileReport(string File, string? Problem)
{
    public override string ToString() => Problem is null ? $"{File}: ok" : $"{File}: {Problem}";
}
