namespace MimKit.Data;

/// <summary>A folder of images and one of masks with the same names (ADE20K's layout): masks are grey PNG files whose values are classes.</summary>
public sealed class SegmentationFolder : SegmentationSource
{
    private readonly (string Image, string Mask)[] _files;
    private readonly bool _zeroIsIgnored;

    private SegmentationFolder(DataManifest manifest, string split, (string, string)[] files, bool zeroIsIgnored) : base(manifest, split) =>
        (_files, _zeroIsIgnored) = (files, zeroIsIgnored);

    public override int Count => _files.Length;

    /// <summary>Lists the pairs of two folders.</summary>
    /// <param name="zeroIsIgnored">0 means no class, and class k is stored as k + 1</param>
    /// <exception cref="DataException">A folder is missing, or an image has no mask.</exception>
    public static SegmentationFolder Open(DataManifest manifest, string split, string images, string masks, bool zeroIsIgnored)
    {
        foreach (var folder in new[] { images, masks })
            if (!Directory.Exists(folder)) throw new DataException($"{manifest.Title}: there is no folder {folder}.\n  to do: ./mimkit data fetch {manifest.Name}");
        var files = Directory.GetFiles(images).Order(StringComparer.Ordinal)
            .Select(image => (image, mask: Path.Combine(masks, Path.GetFileNameWithoutExtension(image) + ".png"))).ToArray();
        if (files.FirstOrDefault(pair => !File.Exists(pair.mask)) is { image: { } lonely, mask: var wanted }) throw new DataException($"{lonely} has no mask {wanted}.");
        return files.Length == 0 ? throw new DataException($"{images} holds no image.") : new(manifest, split, files, zeroIsIgnored);
    }

    public override SegmentationPair Pair(int index)
    {
        var (imagePath, maskPath) = _files[index];
        var image = ImageDecoder.Decode(Bytes(imagePath), imagePath, Manifest.Image.Channels);
        var mask = ImageDecoder.Decode(Bytes(maskPath), maskPath, channels: 1);
        if ((image.Height, image.Width) != (mask.Height, mask.Width))
            throw new DataException($"{imagePath} is {image.Height} x {image.Width}, its mask {mask.Height} x {mask.Width}.");
        var values = mask.Pixels;
        for (var i = 0; i < values.Length; i++)
        {
            if (_zeroIsIgnored) values[i]--;                                       // 0 becomes 255, which is Ignored
            if (values[i] >= ClassCount && values[i] != Ignored) throw new DataException($"{maskPath} has the value {mask.Pixels[i]}; {Name} has {ClassCount} classes.");
        }
        return new(image, mask);
    }

    internal static SegmentationSplits Splits(DataManifest manifest)
    {
        var folder = DataFolder.Of(manifest);
        SegmentationFolder Part(string part) => Open(manifest, part, Path.Combine(folder, manifest.Layout[part + "-images"]), Path.Combine(folder, manifest.Layout[part + "-masks"]),
            manifest.Layout.TryGetValue("zero", out var zero) && zero == "ignored");
        var all = Part("train");
        var (train, val) = Carving.Places(all.Count, manifest.Splits.Val, manifest.Splits.ValSeed);
        return new(all.Select(train, "train"), all.Select(val, "val"), Part("test"));
    }

    private SegmentationFolder Select(int[] places, string split) => new(Manifest, split, Array.ConvertAll(places, i => _files[i]), _zeroIsIgnored);

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {problem.Message}", problem);
        }
    }
}
