using System.Formats.Tar;
using System.IO.Compression;

namespace MimKit.Tests.Data;

/// <summary>A repository root and a cache folder of a test's own, with the manifests and files that the test puts there.</summary>
internal sealed class DataHome : IDisposable
{
    private readonly string? _home = Environment.GetEnvironmentVariable("MIMKIT_HOME");
    private readonly string? _data = Environment.GetEnvironmentVariable("MIMKIT_DATA");
    public string Root { get; } = Directory.CreateTempSubdirectory("mimkit-data-").FullName;
    public string Cache => Path.Combine(Root, "cache");

    public DataHome()
    {
        Directory.CreateDirectory(Path.Combine(Root, "data-manifests"));
        Environment.SetEnvironmentVariable("MIMKIT_HOME", Root);
        Environment.SetEnvironmentVariable("MIMKIT_DATA", Cache);
    }

    /// <summary>A manifest of small colour images; <paramref name="rest"/> holds format, files, layout, classes and splits.</summary>
    public void Manifest(string name, string rest, string image = "{ channels: 3, height: 32, width: 32, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }") =>
        File.WriteAllText(Path.Combine(Root, "data-manifests", name + ".yaml"), $"name: {name}\ntitle: {name}\nlicence: none\nhomepage: none\ncitation: none\nimage: {image}\n{rest}\n");

    /// <summary>A file in the cache folder; its folder is made.</summary>
    public string Write(string path, byte[] bytes)
    {
        var full = Path.Combine(Cache, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return full;
    }

    public static byte[] Tar(bool gzip, params (string Name, byte[] Bytes)[] members)
    {
        var result = new MemoryStream();
        using (Stream packed = gzip ? new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true) : result)
        using (var tar = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var (name, bytes) in members)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
        return result.ToArray();
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("MIMKIT_HOME", _home);
        Environment.SetEnvironmentVariable("MIMKIT_DATA", _data);
        Directory.Delete(Root, recursive: true);
    }
}
