namespace MimKit.Data;

/// <summary>One data set as <c>data-manifests/NAME.yaml</c> describes it; read by <see cref="Read"/>, opened by <see cref="Datasets"/>.</summary>
public sealed record DataManifest
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public required string Licence { get; init; }
    public required string Homepage { get; init; }
    public required string Citation { get; init; }
    public required DataProvider Provider { get; init; }
    /// <summary>The four IDX files by role: train-images, train-labels, test-images, test-labels.</summary>
    public required IReadOnlyDictionary<string, DataFile> Files { get; init; }
    public required ImageFormat Image { get; init; }
    public required IReadOnlyList<string> Classes { get; init; }
    public required SplitSizes Splits { get; init; }
    /// <summary>The file this came from.</summary>
    public required string Path { get; init; }
    /// <summary>sha256 of that file, in hexadecimal; a run folder keeps it.</summary>
    public required string Digest { get; init; }

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="DataException">No such file, no YAML, an unknown or missing key, a wrong type, or numbers that contradict each other.</exception>
    public static DataManifest Read(string path)
    {
        var root = ManifestSection.Load(path, out var digest);
        var format = root.Text("format");
        if (format != "idx") throw root.Error("format", $"is '{format}'; this version reads: idx");
        var manifest = new DataManifest
        {
            Name = root.Text("name"),
            Title = root.Text("title"),
            Licence = root.Text("licence"),
            Homepage = root.Text("homepage"),
            Citation = root.Text("citation"),
            Provider = ReadProvider(root.Section("provider")),
            Files = ReadFiles(root.Section("files")),
            Image = ReadImage(root.Section("image")),
            Classes = root.Texts("classes"),
            Splits = ReadSplits(root.Section("splits")),
            Path = path,
            Digest = digest,
        };
        root.RefuseUnknownKeys();
        var file = System.IO.Path.GetFileNameWithoutExtension(path);
        if (manifest.Name != file) throw root.Error("name", $"is '{manifest.Name}', the file is called '{file}'; make them equal");
        return manifest;
    }

    private static DataProvider ReadProvider(ManifestSection section)
    {
        var provider = new DataProvider(section.Text("system-package"), section.Text("folder"));
        section.RefuseUnknownKeys();
        return provider;
    }

    private static Dictionary<string, DataFile> ReadFiles(ManifestSection section)
    {
        var files = new Dictionary<string, DataFile>();
        foreach (var role in new[] { "train-images", "train-labels", "test-images", "test-labels" })
        {
            var entry = section.Section(role);
            var file = new DataFile(entry.Text("name"), entry.Integer("bytes", least: 1), entry.Text("sha256"));
            if (file.Sha256.Length != 64 || !file.Sha256.All(char.IsAsciiHexDigitLower))
                throw entry.Error("sha256", $"is not 64 lower-case hexadecimal digits: '{file.Sha256}'");
            entry.RefuseUnknownKeys();
            files[role] = file;
        }
        section.RefuseUnknownKeys();
        return files;
    }

    private static ImageFormat ReadImage(ManifestSection section)
    {
        var channels = (int)section.Integer("channels", least: 1);
        var image = new ImageFormat(channels, (int)section.Integer("height", least: 1), (int)section.Integer("width", least: 1),
                                    section.Numbers("mean", channels), section.Numbers("std", channels));
        if (image.Std.Any(s => s <= 0)) throw section.Error("std", $"must be above 0, found {string.Join(", ", image.Std)}");
        section.RefuseUnknownKeys();
        return image;
    }

    private static SplitSizes ReadSplits(ManifestSection section)
    {
        var splits = new SplitSizes((int)section.Integer("train", least: 1), (int)section.Integer("val", least: 1),
                                    (int)section.Integer("test", least: 1), (ulong)section.Integer("val-seed", least: 0));
        section.RefuseUnknownKeys();
        return splits;
    }
}

/// <summary>Where a data set comes from: a Debian package and the folder it fills.</summary>
public sealed record DataProvider(string SystemPackage, string Folder);

/// <summary>One file: its name without <c>.gz</c>, and size and sha256 of its unpacked bytes.</summary>
public sealed record DataFile(string Name, long Bytes, string Sha256);

/// <summary>Image size in pixels; mean and standard deviation per channel on the scale 0..1.</summary>
public sealed record ImageFormat(int Channels, int Height, int Width, IReadOnlyList<double> Mean, IReadOnlyList<double> Std);

/// <summary>Images per split; val is carved from the training files by <paramref name="ValSeed"/>.</summary>
public sealed record SplitSizes(int Train, int Val, int Test, ulong ValSeed);
