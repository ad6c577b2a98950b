namespace MimKit.Data;

/// <summary>One data set as <c>data-manifests/NAME.yaml</c> describes it; read by <see cref="Read"/>, opened by <see cref="Datasets"/>.</summary>
public sealed record DataManifest
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public required string Licence { get; init; }
    public required string Homepage { get; init; }
    /// <summary>BibTeX.</summary>
    public required string Citation { get; init; }
    public DataFormat Format { get; init; }
    /// <summary>The data set's folder in the cache; its name, unless it shares another's files.</summary>
    public string Folder { get => field ?? Name; init; }
    /// <summary>Where the files come from, tried in this order.</summary>
    public IReadOnlyList<DataProvider> Providers { get; init; } = [];
    /// <summary>The files by role; which roles there are follows from the format.</summary>
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
        var format = ReadFormat(root);
        var manifest = new DataManifest
        {
            Name = root.Text("name"),
            Title = root.Text("title"),
            Licence = root.Text("licence"),
            Homepage = root.Text("homepage"),
            Citation = root.Text("citation"),
            Format = format,
            Folder = root.TextOrNull("folder")!,
            Providers = [.. root.Sections("providers").Select(DataProvider.Read)],
            Files = ReadFiles(root.Section("files"), format),
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

    private static readonly (string Name, DataFormat Format, string[] Roles)[] Formats =
    [
        ("idx", DataFormat.Idx, ["train-images", "train-labels", "test-images", "test-labels"]),
        ("emoji", DataFormat.Emoji, []),
    ];

    private static DataFormat ReadFormat(ManifestSection root)
    {
        var name = root.Text("format");
        var found = Formats.FirstOrDefault(format => format.Name == name);
        return found.Name is null ? throw root.Error("format", $"is '{name}'; this version reads: {string.Join(", ", Formats.Select(format => format.Name))}") : found.Format;
    }

    private static Dictionary<string, DataFile> ReadFiles(ManifestSection section, DataFormat format)
    {
        var files = new Dictionary<string, DataFile>();
        var fixedRoles = Formats.Single(known => known.Format == format).Roles;
        foreach (var role in fixedRoles.Length > 0 ? fixedRoles : section.Keys)
        {
            var entry = section.Section(role);
            var file = new DataFile(entry.Text("name"), entry.Has("bytes") ? entry.Integer("bytes", least: 1) : null, entry.TextOrNull("sha256"));
            if (file.Sha256 is { } sha && (sha.Length != 64 || !sha.All(char.IsAsciiHexDigitLower)))
                throw entry.Error("sha256", $"is not 64 lower-case hexadecimal digits: '{sha}'");
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
                                    (int)section.Integer("test", least: 1), (ulong)section.Integer("val-seed", least: 0), section.TextOrNull("test-by"));
        section.RefuseUnknownKeys();
        return splits;
    }
}

/// <summary>How the files of a data set hold its images.</summary>
public enum DataFormat
{
    /// <summary>Four IDX files: images and labels of train and test.</summary>
    Idx,
    /// <summary>npm archives of one drawing style each: a folder of PNG files and emoji.json, which says what each shows.</summary>
    Emoji,
}

/// <summary>One file: its name (IDX: without <c>.gz</c>), and size and sha256 of its bytes (IDX: unpacked), where they are known.</summary>
public sealed record DataFile(string Name, long? Bytes, string? Sha256);

/// <summary>Image size in pixels; mean and standard deviation per channel on the scale 0..1.</summary>
public sealed record ImageFormat(int Channels, int Height, int Width, IReadOnlyList<double> Mean, IReadOnlyList<double> Std);

/// <summary>Images per split; what the source does not split is divided by <paramref name="ValSeed"/>.</summary>
/// <param name="TestBy">where the source has no test images: what decides which they are, as the format knows it</param>
public sealed record SplitSizes(int Train, int Val, int Test, ulong ValSeed, string? TestBy = null);
