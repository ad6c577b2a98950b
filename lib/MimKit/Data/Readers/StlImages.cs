using System.Formats.Tar;
using System.IO.Compression;

namespace MimKit.Data;

/// <summary>
/// STL-10's binary archive: pixels plane by plane and column by column, labels from 1. Its 100,000 unlabelled images (2.8 GB) are more than
/// one set in memory holds and are left out.
/// </summary>
internal static class StlImages
{
    public static DataSplits Read(DataManifest manifest)
    {
        var archive = DataFiles.Checked(manifest, manifest.Files["archive"]);
        var members = new Dictionary<string, byte[]>();
        try
        {
            using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
            while (tar.GetNextEntry() is { } entry)
                if (Path.GetFileName(entry.Name) is "train_X.bin" or "train_y.bin" or "test_X.bin" or "test_y.bin") members[Path.GetFileName(entry.Name)] = Content(entry);
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new DataException($"{archive} does not unpack: {problem.Message}", problem);
        }
        ImageSet Part(string part) => Decode(manifest, part, archive, Member(part + "_X.bin"), Member(part + "_y.bin"));
        byte[] Member(string name) => members.TryGetValue(name, out var bytes) ? bytes : throw new DataException($"{archive} has no member {name}.");
        var (train, val) = Carving.Of(Part("train"));
        return new(train, val, Part("test"));
    }

    internal static ImageSet Decode(DataManifest manifest, string split, string source, byte[] columns, byte[] labels)
    {
        var (side, bytes) = (manifest.Image.Height, manifest.Image.Channels * manifest.Image.Height * manifest.Image.Width);
        if (columns.Length != (long)labels.Length * bytes)
            throw new DataException($"{source}: {labels.Length:N0} labels of {split} need {(long)labels.Length * bytes:N0} bytes of pixels, found {columns.Length:N0}: it is truncated.");
        if (Array.FindIndex(labels, label => label < 1 || label > manifest.ClassCount) is >= 0 and var wrong)
            throw new DataException($"{source}: label {labels[wrong]} of image {wrong} is outside 1 to {manifest.ClassCount}.");
        var pixels = new byte[columns.Length];
        for (var plane = 0; plane < columns.Length; plane += side * side)
            for (var x = 0; x < side; x++)
                for (var y = 0; y < side; y++) pixels[plane + y * side + x] = columns[plane + x * side + y];
        return new(manifest, split, pixels, Array.ConvertAll(labels, label => label - 1));
    }

    private static byte[] Content(TarEntry entry)
    {
        var bytes = new byte[entry.Length];
        entry.DataStream?.ReadExactly(bytes);
        return bytes;
    }
}
