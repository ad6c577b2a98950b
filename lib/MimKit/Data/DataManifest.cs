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
    /// <summary>What the licence asks of who uses the images, where that needs saying.</summary>
    public string? Terms { get; init; }
    public DataFormat Format { get; init; }
    /// <summary>The data set's folder in the cache; its name, unless it shares another's files.</summary>
    public string Folder { get => field ?? Name; init; }
    /// <summary>Where the files come from, tried in this order.</summary>
    public IReadOnlyList<DataProvider> Providers { get; init; } = [];
    /// <summary>The files by role; which roles there are follows from the format.</summary>
    public required IReadOnlyDictionary<string, DataFile> Files { get; init; }
    public required ImageFormat Image { get; init; }
    /// <summary>Names of the classes; empty where the folders name them.</summary>
    public required IReadOnlyList<string> Classes { get; init; }
    public int ClassCount { get => field > 0 ? field : Classes.Count; init; }
    /// <summary>What lies where in the data set's folder, for formats of many files; which keys there are follows from the format.</summary>
    public IReadOnlyDictionary<string, string> Layout { get; init; } = new Dictionary<string, string>();
    /// <summary>The data set that a derived one is made of.</summary>
    public string? From { get; init; }
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
            Format = format.Format,
            Folder = root.TextOrNull("folder")!,
            Terms = root.TextOrNull("terms"),
            From = root.TextOrNull("from"),
            Providers = root.Has("providers") ? [.. root.Sections("providers").Select(DataProvider.Read)] : [],
            Files = format.Roles.Length > 0 || root.Has("files") ? ReadFiles(root.Section("files"), format) : new(),
            Layout = ReadLayout(root, format),
            Image = ReadImage(root.Section("image")),
            Classes = root.IsNumber("classes") ? [] : root.Texts("classes"),
            ClassCount = root.IsNumber("classes") ? (int)root.Integer("classes", least: 2) : 0,
            Splits = ReadSplits(root.Section("splits")),
            Path = path,
            Digest = digest,
        };
        root.RefuseUnknownKeys();
        var file = System.IO.Path.GetFileNameWithoutExtension(path);
        if (manifest.Name != file) throw root.Error("name", $"is '{manifest.Name}', the file is called '{file}'; make them equal");
        return manifest;
    }

    private sealed record FormatRules(string Name, DataFormat Format, string[] Roles, string[] Layout);

    // What a format's files are called, where that is fixed, and what its layout says.
    private static readonly FormatRules[] Formats =
    [
        new("idx", DataFormat.Idx, ["train-images", "train-labels", "test-images", "test-labels"], []),
        new("emoji", DataFormat.Emoji, [], []),
        new("cifar", DataFormat.Cifar, ["archive"], ["train", "test", "label-bytes"]),
        new("stl", DataFormat.Stl, ["archive"], []),
        new("image-folder", DataFormat.ImageFolder, [], ["train?", "val?", "test?"]),
        new("webdataset", DataFormat.WebDataset, [], ["train?", "val?", "test?"]),
        new("segmentation-folder", DataFormat.SegmentationFolder, [], ["train-images", "train-masks", "test-images", "test-masks", "zero?"]),
        new("scenes", DataFormat.Scenes, [], ["fewest", "most"]),
        new("corrupted", DataFormat.Corrupted, [], ["images"]),
        new("photo-crops", DataFormat.PhotoCrops, [], ["quality"]),
    ];

    private static FormatRules ReadFormat(ManifestSection root)
    {
        var name = root.Text("format");
        return Formats.FirstOrDefault(format => format.Name == name)
            ?? throw root.Error("format", $"is '{name}'; this version reads: {string.Join(", ", Formats.Select(format => format.Name))}");
    }

    private static Dictionary<string, DataFile> ReadFiles(ManifestSection section, FormatRules format)
    {
        var files = new Dictionary<string, DataFile>();
        foreach (var role in format.Roles.Length > 0 ? format.Roles : section.Keys)
        {
            var entry = section.Section(role);
            files[role] = new(entry.Text("name"), entry.Has("bytes") ? entry.Integer("bytes", least: 1) : null,
                              ReadDigest(entry, "sha256", 64), ReadDigest(entry, "md5", 32));
            entry.RefuseUnknownKeys();
        }
        section.RefuseUnknownKeys();
        return files;
    }

    private static string? ReadDigest(ManifestSection entry, string key, int length) =>
        entry.TextOrNull(key) is not { } digest || digest.Length == length && digest.All(char.IsAsciiHexDigitLower) ? entry.TextOrNull(key)
            : throw entry.Error(key, $"is not {length} lower-case hexadecimal digits: '{digest}'");

    private static Dictionary<string, string> ReadLayout(ManifestSection root, FormatRules format)
    {
        var layout = new Dictionary<string, string>();
        if (format.Layout.Length == 0) return layout;
        var section = root.Section("layout");
        foreach (var key in format.Layout)
            if (!key.EndsWith('?')) layout[key] = section.Text(key);
            else if (section.TextOrNull(key[..^1]) is { } given) layout[key[..^1]] = given;
        section.RefuseUnknownKeys();
        return layout;
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
        var splits = new SplitSizes((int)section.Integer("train", least: 0), (int)section.Integer("val", least: 0),
                                    (int)section.Integer("test", least: 1), section.Has("val-seed") ? (ulong)section.Integer("val-seed", least: 0) : 0, section.TextOrNull("test-by"));
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
    /// <summary>A .tar.gz of records: label bytes, then 3 · 32 · 32 pixels.</summary>
    Cifar,
    /// <summary>STL-10's .tar.gz: pixels plane by plane, column by column; labels from 1.</summary>
    Stl,
    /// <summary>A folder a split, in it a folder a class, in it images.</summary>
    ImageFolder,
    /// <summary>Tar shards; KEY.jpg and KEY.cls belong together.</summary>
    WebDataset,
    /// <summary>Folders of images and of masks with the same file names.</summary>
    SegmentationFolder,
    /// <summary>Derived: several images of another data set on one canvas, with masks.</summary>
    Scenes,
    /// <summary>Derived: another data set, its test images under every corruption at every severity.</summary>
    Corrupted,
    /// <summary>Derived: JPEG files cut out of photographs that system packages carry.</summary>
    PhotoCrops,
}

/// <summary>One file: its name (IDX: without <c>.gz</c>), and what its source publishes of its bytes (IDX: unpacked).</summary>
public sealed record DataFile(string Name, long? Bytes, string? Sha256, string? Md5 = null);

/// <summary>Image size in pixels; mean and standard deviation per channel on the scale 0..1.</summary>
public sealed record ImageFormat(int Channels, int Height, int Width, IReadOnlyList<double> Mean, IReadOnlyList<double> Std);

/// <summary>Images per split; what the source does not split is divided by <paramref name="ValSeed"/>.</summary>
/// <param name="TestBy">where the source has no test images: what decides which they are, as the format knows it</param>
public sealed record SplitSizes(int Train, int Val, int Test, ulong ValSeed, string? TestBy = null);
