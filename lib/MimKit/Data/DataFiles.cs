using System.IO.Compression;
using System.Security.Cryptography;

namespace MimKit.Data;

/// <summary>The files of a data set on the disk: found, and held against the manifest.</summary>
internal static class DataFiles
{
    /// <summary>Where a file is.</summary>
    /// <exception cref="DataException">It is nowhere; the message says where it was looked for and how to get it.</exception>
    public static string Find(DataManifest manifest, DataFile file) => DataFolder.Find(manifest, file) ?? throw new DataException(
        $"{manifest.Title}: {file.Name} was not found.\n  looked in: {string.Join(", ", DataFolder.Places(manifest))}\n  to do: ./mimkit data fetch {manifest.Name}, or\n" +
        string.Join('\n', manifest.Providers.Select(provider => "    " + provider.Describe())));

    /// <summary>A file's path once size and sha256 have been compared with the manifest's, or with those recorded when it was fetched.</summary>
    /// <exception cref="DataException">Missing, damaged, of another size or digest.</exception>
    public static string Checked(DataManifest manifest, DataFile file)
    {
        var path = Find(manifest, file);
        CompareFile(manifest, file, path);
        return path;
    }

    /// <summary>The unpacked bytes of a file, compared with the manifest.</summary>
    public static byte[] Bytes(DataManifest manifest, DataFile file)
    {
        var path = Find(manifest, file);
        byte[] bytes;
        try
        {
            bytes = IdxFile.Unpack(path);
        }
        catch (DataException problem)
        {
            throw new DataException($"{problem.Message}\n  expected: {file.Bytes:N0} bytes unpacked{Advice(manifest)}", problem);
        }
        Compare(manifest, file, path, bytes.LongLength, IdxFile.Sha256(bytes));
        return bytes;
    }

    /// <summary>Size and digests of a file that may still have another name.</summary>
    /// <returns>its sha256</returns>
    internal static string CompareFile(DataManifest manifest, DataFile file, string path)
    {
        using var content = Open(path, manifest.Format);
        var (bytes, sha256, md5) = Hash(content, path, Advice(manifest), file.Md5 is not null);
        Compare(manifest, file, path, bytes, sha256);
        if (file.Md5 is { } published && md5 != published)
            throw new DataException($"{path} is not the file that the manifest describes: wrong checksum.\n  expected: md5 {published}\n  found:    md5 {md5}{Advice(manifest)}");
        return sha256;
    }

    private static void Compare(DataManifest manifest, DataFile file, string path, long bytes, string digest)
    {
        if (file.Bytes is { } wanted && bytes != wanted)
            throw new DataException($"{path} is {(bytes < wanted ? "truncated" : "too long")}.\n  expected: {wanted:N0} bytes{(manifest.Format == DataFormat.Idx ? " unpacked" : "")}" +
                                    $"\n  found:    {bytes:N0} bytes{Advice(manifest)}");
        if ((file.Sha256 ?? Checksums.Recorded(manifest, file)) is { } sha256 && digest != sha256)
            throw new DataException($"{path} is not the file that {(file.Sha256 is null ? "was fetched" : "the manifest describes")}: wrong checksum.\n  expected: sha256 {sha256}" +
                                    $"\n  found:    sha256 {digest}\n  manifest: {manifest.Path}{Advice(manifest)}");
    }

    private static string Advice(DataManifest manifest) =>
        $"\n  to do: ./mimkit data verify {manifest.Name}; then ./mimkit data fetch {manifest.Name}" +
        string.Concat(manifest.Providers.OfType<SystemPackage>().Select(package => $", or apt-get install --reinstall {package.Package}"));

    // An IDX file is described by its unpacked bytes, since the .gz of different sources differ.
    private static Stream Open(string path, DataFormat format)
    {
        var file = File.OpenRead(path);
        return format == DataFormat.Idx && path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static (long Bytes, string Sha256, string? Md5) Hash(Stream content, string path, string advice, bool withMd5)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var md5 = withMd5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
        var (buffer, total) = (new byte[1 << 20], 0L);
        try
        {
            for (int read; (read = content.Read(buffer)) > 0; total += read)
            {
                sha256.AppendData(buffer, 0, read);
                md5?.AppendData(buffer, 0, read);
            }
        }
        catch (InvalidDataException problem)
        {
            throw new DataException($"{path} does not unpack: the compressed data are damaged after {total:N0} unpacked bytes.{advice}", problem);
        }
        return (total, Convert.ToHexStringLower(sha256.GetHashAndReset()), md5 is null ? null : Convert.ToHexStringLower(md5.GetHashAndReset()));
    }
}
