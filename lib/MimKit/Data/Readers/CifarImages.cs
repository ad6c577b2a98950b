using System.Formats.Tar;
using System.IO.Compression;

namespace MimKit.Data;

/// <summary>
/// CIFAR's binary archives: records of label bytes and 3 · 32 · 32 pixels, plane by plane. CIFAR-100's first label byte is the coarse class,
/// the last the fine one, which is in use.
/// </summary>
internal static class CifarImages
{
    public static DataSplits Read(DataManifest manifest)
    {
        var archive = DataFiles.Checked(manifest, manifest.Files["archive"]);
        var labels = int.Parse(manifest.Layout["label-bytes"], System.Globalization.CultureInfo.InvariantCulture);
        var members = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        try
        {
            using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
            while (tar.GetNextEntry() is { } entry)
                if (entry.Name.EndsWith(".bin", StringComparison.Ordinal) && entry.Length < 1 << 30) members[Path.GetFileName(entry.Name)] = Content(entry);
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new DataException($"{archive} does not unpack: {problem.Message}", problem);
        }
        ImageSet Part(string key) => Records(manifest, key, archive, labels,
            [.. manifest.Layout[key].Split(' ').Select(name => members.TryGetValue(name, out var bytes) ? bytes : throw new DataException($"{archive} has no member {name}."))]);
        var (train, val) = Carving.Of(Part("train"));
        return new(train, val, Part("test"));
    }

    internal static ImageSet Records(DataManifest manifest, string split, string source, int labelBytes, IReadOnlyList<byte[]> files)
    {
        var image = manifest.Image;
        var (bytes, record) = (image.Channels * image.Height * image.Width, labelBytes + image.Channels * image.Height * image.Width);
        if (files.FirstOrDefault(file => file.Length % record != 0) is { } odd)
            throw new DataException($"{source}: a member has {odd.Length:N0} bytes, no multiple of a record's {record:N0}: it is truncated.");
        var count = files.Sum(file => file.Length / record);
        var (pixels, labels) = (new byte[checked(count * bytes)], new int[count]);
        var at = 0;
        foreach (var file in files)
            for (var start = 0; start < file.Length; start += record, at++)
            {
                labels[at] = file[start + labelBytes - 1];
                if (labels[at] >= manifest.ClassCount) throw new DataException($"{source}: label {labels[at]} of image {at} is outside the {manifest.ClassCount} classes.");
                file.AsSpan(start + labelBytes, bytes).CopyTo(pixels.AsSpan(at * bytes));
            }
        return new(manifest, split, pixels, labels);
    }

    private static byte[] Content(TarEntry entry)
    {
        var bytes = new byte[entry.Length];
        entry.DataStream?.ReadExactly(bytes);
        return bytes;
    }
}
