using System.Collections.Concurrent;

namespace MimKit.Data;

/// <summary>
/// The data sets that <c>data-manifests/</c> describes. That folder is found in <c>MIMKIT_HOME</c> (the repository) or upward from
/// the assembly; where a data set's own files are is <see cref="DataFolder"/>'s.
/// </summary>
public static class Datasets
{
    private static readonly ConcurrentDictionary<(string Digest, string Folder), DataSplits> Opened = new();
    private static readonly ConcurrentDictionary<(string Digest, string Folder), SegmentationSplits> Scenes = new();

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
        return Opened.GetOrAdd((manifest.Digest, DataFolder.Places(manifest)[0]), _ => Read(manifest));
    }

    /// <summary>A data set whose images stay on the disk: image folders and tar shards.</summary>
    /// <exception cref="DataException">Its folders are missing, or it is another kind of data set.</exception>
    public static SourceSplits OpenFiles(string name)
    {
        var manifest = Manifest(name);
        return manifest.Format switch
        {
            DataFormat.ImageFolder => ImageFolder.Splits(manifest),
            DataFormat.WebDataset => TarShards.Splits(manifest),
            DataFormat.PhotoCrops => PhotoCrops.Open(manifest),
            _ => throw Other(manifest, nameof(OpenFiles)),
        };
    }

    /// <summary>A data set with a class for every pixel.</summary>
    /// <exception cref="DataException">Its files are missing, or it is another kind of data set.</exception>
    public static SegmentationSplits OpenSegmentation(string name)
    {
        var manifest = Manifest(name);
        return manifest.Format switch
        {
            DataFormat.Scenes => Scenes.GetOrAdd((manifest.Digest, DataFolder.Of(manifest)), _ => FashionScenes.Make(manifest)),
            DataFormat.SegmentationFolder => SegmentationFolder.Splits(manifest),
            _ => throw Other(manifest, nameof(OpenSegmentation)),
        };
    }

    /// <summary>Reads every file from the disk again and says of each whether it is whole; does not stop at the first problem.</summary>
    public static IReadOnlyList<FileReport> Verify(string name)
    {
        var manifest = Manifest(name);
        if (manifest.From is { } source) return Verify(source);
        return [.. manifest.Files.Values.Select(file => Verify(manifest, file))];
    }

    internal static FileReport Verify(DataManifest manifest, DataFile file)
    {
        try
        {
            DataFiles.Checked(manifest, file);
            return new FileReport(file.Name, null);
        }
        catch (DataException problem)
        {
            return new FileReport(file.Name, problem.Message);
        }
    }

    private static DataSplits Read(DataManifest manifest) => manifest.Format switch
    {
        DataFormat.Idx => IdxImages.Read(manifest),
        DataFormat.Emoji => EmojiImages.Read(manifest),
        DataFormat.Cifar => CifarImages.Read(manifest),
        DataFormat.Stl => StlImages.Read(manifest),
        DataFormat.Corrupted => CorruptedImages.Make(manifest),
        _ => throw Other(manifest, "Open"),
    };

    private static DataException Other(DataManifest manifest, string asked)
    {
        var right = manifest.Format switch
        {
            DataFormat.ImageFolder or DataFormat.WebDataset or DataFormat.PhotoCrops => nameof(OpenFiles),
            DataFormat.SegmentationFolder or DataFormat.Scenes => nameof(OpenSegmentation),
            _ => nameof(Open),
        };
        return new($"{manifest.Title} is not a data set for Datasets.{asked}; use Datasets.{right}(\"{manifest.Name}\").");
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

/// <summary>What <see cref="Datasets.Verify(string)"/> found of one file; <paramref name="Problem"/> is null where it is whole.</summary>
public sealed record FileReport(string File, string? Problem)
{
    public override string ToString() => Problem is null ? $"{File}: ok" : $"{File}: {Problem}";
}
