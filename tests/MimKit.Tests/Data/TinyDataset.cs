using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace MimKit.Tests.Data;

/// <summary>A tiny data set in a temporary folder: 12 + 4 training images of 2x3 pixels, 5 test images, three classes.</summary>
internal sealed class TinyDataset : IDisposable
{
    private readonly string? _home = Environment.GetEnvironmentVariable("MIMKIT_HOME");
    private readonly string? _data = Environment.GetEnvironmentVariable("MIMKIT_DATA");
    public string Root { get; } = Directory.CreateTempSubdirectory("mimkit-data-").FullName;
    public string Manifest => Path.Combine(Root, "data-manifests", "tiny.yaml");

    public TinyDataset(bool gzip = true)
    {
        Directory.CreateDirectory(Path.Combine(Root, "data-manifests"));
        Directory.CreateDirectory(Path.Combine(Root, "files"));
        File.WriteAllText(Manifest, $$"""
            name: tiny
            title: Tiny
            licence: none
            homepage: none
            citation: none
            providers: [{ system-package: dataset-tiny, folder: {{Path.Combine(Root, "files")}} }]
            format: idx
            files:
              train-images: {{Add("train-images", Idx(Pixels(16), 16, 2, 3), gzip)}}
              train-labels: {{Add("train-labels", Idx(Labels(16), 16), gzip)}}
              test-images: {{Add("test-images", Idx(Pixels(5), 5, 2, 3), gzip)}}
              test-labels: {{Add("test-labels", Idx(Labels(5), 5), gzip)}}
            image: { channels: 1, height: 2, width: 3, mean: [0.5], std: [0.25] }
            classes: [a, b, c]
            splits: { train: 12, val: 4, test: 5, val-seed: 1 }
            """);
        Environment.SetEnvironmentVariable("MIMKIT_HOME", Root);
        Environment.SetEnvironmentVariable("MIMKIT_DATA", null);
    }

    public string FileOf(string name) => Directory.GetFiles(Path.Combine(Root, "files"), name + "*").Single();

    public void EditManifest(string old, string replacement)
    {
        var text = File.ReadAllText(Manifest);
        Assert.Contains(old, text);
        File.WriteAllText(Manifest, text.Replace(old, replacement));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("MIMKIT_HOME", _home);
        Environment.SetEnvironmentVariable("MIMKIT_DATA", _data);
        Directory.Delete(Root, recursive: true);
    }

    public static byte[] Idx(byte[] content, params int[] dimensions)
    {
        var file = new byte[4 + 4 * dimensions.Length + content.Length];
        file[2] = 8;
        file[3] = (byte)dimensions.Length;
        for (var i = 0; i < dimensions.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), dimensions[i]);
        content.CopyTo(file, file.Length - content.Length);
        return file;
    }

    private static byte[] Pixels(int images) => [.. Enumerable.Range(0, images * 6).Select(i => (byte)(i / 6 * 10 + i % 6))];
    private static byte[] Labels(int images) => [.. Enumerable.Range(0, images).Select(i => (byte)(i % 3))];

    private string Add(string name, byte[] idx, bool gzip)
    {
        var path = Path.Combine(Root, "files", name);
        if (gzip)
        {
            using var packed = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest);
            packed.Write(idx);
        }
        else File.WriteAllBytes(path, idx);
        return $"{{ name: {name}, bytes: {idx.Length}, sha256: {Convert.ToHexStringLower(SHA256.HashData(idx))} }}";
    }
}
