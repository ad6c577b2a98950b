using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MimKit.Data;

/// <summary>
/// Decoded images of a small data set in one file of the cache folder, so that they are decoded once a machine: eight letters, the length of
/// a JSON header, the header, pixels [N, C, H, W], labels [N] int32 a labelling, sha256 of all before it. Named after a digest of what it is made of: files,
/// image size and classes.
/// </summary>
internal static class PackedImages
{
    private static readonly byte[] Magic = "MIMPACK1"u8.ToArray();

    private sealed record Head(int Count, List<HeadLabelling> Labellings);
    private sealed record HeadLabelling(string Name, IReadOnlyList<string> Classes);

    public static string PathOf(DataManifest manifest)
    {
        var (image, sources) = (manifest.Image, manifest.Files.Select(file => $"{file.Key} {file.Value}"));
        var made = string.Join('\n', [.. sources, $"{image.Channels}x{image.Height}x{image.Width}", .. manifest.Classes]);
        return Path.Combine(DataFolder.Of(manifest), $"packed-{IdxFile.Sha256(Encoding.UTF8.GetBytes(made))[..16]}.bin");
    }

    /// <summary>The packed images, or null where there are none or the file is not whole: it is only a copy, and made again.</summary>
    public static ImageSet? Load(DataManifest manifest)
    {
        var path = PathOf(manifest);
        if (!File.Exists(path)) return null;
        var file = File.ReadAllBytes(path);
        if (file.Length < 44 || !file.AsSpan(0, 8).SequenceEqual(Magic) || !SHA256.HashData(file.AsSpan(0, file.Length - 32)).AsSpan().SequenceEqual(file.AsSpan(file.Length - 32))) return null;
        var headLength = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(8));
        var head = JsonSerializer.Deserialize<Head>(file.AsSpan(12, headLength))!;
        var image = manifest.Image;
        var (pixels, labels) = (head.Count * image.Channels * image.Height * image.Width, head.Count * sizeof(int));
        var at = 12 + headLength + pixels;
        return new(manifest, "all", file[(12 + headLength)..at],
            [.. head.Labellings.Select((labelling, i) => new Labelling(labelling.Name, labelling.Classes, MemoryMarshal.Cast<byte, int>(file.AsSpan(at + i * labels, labels)).ToArray()))]);
    }

    /// <summary>Keeps a decoded set; where the folder cannot be written, the set is decoded at every start instead.</summary>
    public static void Save(ImageSet set)
    {
        var head = JsonSerializer.SerializeToUtf8Bytes(new Head(set.Count, [.. set.Labellings.Select(by => new HeadLabelling(by.Name, by.Classes))]));
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, head.Length);
        try
        {
            Placing.Write(PathOf(set.Manifest), stream =>
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                void Part(ReadOnlySpan<byte> bytes) { hash.AppendData(bytes); stream.Write(bytes); }
                Part(Magic);
                Part(length);
                Part(head);
                Part(set.Pixels);
                foreach (var by in set.Labellings) Part(MemoryMarshal.AsBytes(by.Labels.AsSpan()));
                stream.Write(hash.GetHashAndReset());
            });
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException) { }
    }
}
