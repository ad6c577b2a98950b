namespace MimKit.Data;

/// <summary>
/// Where the files of a data set are. <c>MIMKIT_DATA</c> names the cache folder (default: <c>mimkit/data</c> under the user's cache
/// directory); a data set's own folder in it comes first, then what a system package has installed.
/// </summary>
public static class DataFolder
{
    /// <summary>The cache folder.</summary>
    public static string Root => Given ?? Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "mimkit", "data");

    /// <summary>A data set's own folder in the cache; it need not exist.</summary>
    public static string Of(DataManifest manifest) => Path.Combine(Root, manifest.Folder);

    /// <summary>Where a file of a data set is (packed with gzip or not), or null; reads directory entries only.</summary>
    public static string? Find(DataManifest manifest, DataFile file) =>
        Places(manifest).SelectMany(folder => new[] { Path.Combine(folder, file.Name), Path.Combine(folder, file.Name + ".gz") }).FirstOrDefault(File.Exists);

    /// <summary>Whether every file, unpacked where the format needs it, is there; content is not looked at.</summary>
    public static bool IsPresent(DataManifest manifest) => manifest.Format switch
    {
        DataFormat.Scenes or DataFormat.Corrupted => IsPresent(Datasets.Manifest(manifest.From!)),
        DataFormat.ImageFolder or DataFormat.SegmentationFolder =>
            manifest.Layout.Where(entry => entry.Key != "zero").All(entry => Directory.Exists(Path.Combine(Of(manifest), entry.Value))),
        DataFormat.WebDataset => manifest.Layout.Values.All(shards => TarShards.Expand(Path.Combine(Of(manifest), shards)).All(File.Exists)),
        _ => manifest.Files.Values.All(file => Find(manifest, file) is not null),
    };

    /// <summary>The folders that are looked in, in order.</summary>
    public static IReadOnlyList<string> Places(DataManifest manifest) =>
        [Of(manifest), .. Given is { } root ? [root] : Array.Empty<string>(), .. manifest.Providers.OfType<SystemPackage>().Select(package => package.Folder)];

    private static string? Given => Environment.GetEnvironmentVariable("MIMKIT_DATA") is { Length: > 0 } folder ? folder : null;
}
