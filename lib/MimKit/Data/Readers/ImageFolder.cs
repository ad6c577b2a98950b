namespace MimKit.Data;

/// <summary>Images in folders, a folder a class, sorted by name: ImageNet's own layout.</summary>
public sealed class ImageFolder : ImageSource
{
    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif" };
    private readonly string[] _paths;

    private ImageFolder(DataManifest manifest, string split, IReadOnlyList<string> classes, int[] labels, string[] paths) : base(manifest, split, classes, labels) => _paths = paths;

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">holds a folder a class</param>
    /// <exception cref="DataException">No such folder, no image in it, or classes that the manifest does not have.</exception>
    public static ImageFolder Open(DataManifest manifest, string split, string folder)
    {
        if (!Directory.Exists(folder))
            throw new DataException($"{manifest.Title}: there is no folder {folder}.\n  to do: ./mimkit data fetch {manifest.Name}");
        var found = Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        var classes = manifest.Classes.Count > 0 ? manifest.Classes : found;
        var absent = classes.Except(found).ToList();
        if (absent.Count > 0 || classes.Count != manifest.ClassCount)
            throw new DataException($"{folder} has {found.Length:N0} class folders, {manifest.Name} has {manifest.ClassCount:N0} classes" +
                                    (absent.Count > 0 ? $"; missing: {string.Join(", ", absent.Take(5))}" : "") + ".");
        var files = classes.SelectMany((name, label) => Directory.EnumerateFiles(Path.Combine(folder, name), "*", SearchOption.AllDirectories)
            .Where(path => Endings.Contains(Path.GetExtension(path))).Order(StringComparer.Ordinal).Select(path => (path, label))).ToArray();
        if (files.Length == 0) throw new DataException($"{folder} holds no image.");
        return new(manifest, split, classes, Array.ConvertAll(files, file => file.label), Array.ConvertAll(files, file => file.path));
    }

    public override byte[] Read(int index)
    {
        try
        {
            return File.ReadAllBytes(_paths[index]);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{_paths[index]} cannot be read: {problem.Message}", problem);
        }
    }

    public override string NameOf(int index) => _paths[index];

    public override ImageFolder Select(int[] places, string split) =>
        new(Manifest, split, Classes, Array.ConvertAll(places, i => Labels[i]), Array.ConvertAll(places, i => _paths[i]));

    /// <summary>Train, val and test of a manifest; val is carved from train where no folder holds it.</summary>
    internal static SourceSplits Splits(DataManifest manifest)
    {
        ImageFolder? Part(string key) => manifest.Layout.TryGetValue(key, out var folder) ? Open(manifest, key, Path.Combine(DataFolder.Of(manifest), folder)) : null;
        var (train, val) = (Part("train"), Part("val"));
        if (train is not null && val is null && manifest.Splits.Val > 0)
        {
            var (rest, carved) = Carving.Places(train.Count, manifest.Splits.Val, manifest.Splits.ValSeed);
            (train, val) = (train.Select(rest, "train"), train.Select(carved, "val"));
        }
        return new(train, val, Part("test"));
    }
}
