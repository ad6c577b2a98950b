using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace MimKit.Data;

/// <summary>
/// Reads IDX files of unsigned bytes, plain or gzipped (the format of MNIST: two zero bytes, type 8, number of dimensions,
/// each dimension as a big-endian 32-bit integer, then the bytes).
/// </summary>
public static class IdxFile
{
    private const byte UnsignedByte = 8;

    /// <summary>The bytes of a file; one whose first bytes are gzip's is unpacked whatever its name.</summary>
    /// <exception cref="DataException">The file does not unpack.</exception>
    public static byte[] Unpack(string path)
    {
        var raw = File.ReadAllBytes(path);
        if (raw is not [0x1F, 0x8B, ..]) return raw;
        var unpacked = new MemoryStream();
        try
        {
            new GZipStream(new MemoryStream(raw), CompressionMode.Decompress).CopyTo(unpacked);
        }
        catch (InvalidDataException problem)
        {
            throw new DataException($"{path} does not unpack: the compressed data are damaged after {unpacked.Length:N0} unpacked bytes.", problem);
        }
        return unpacked.ToArray();
    }

    /// <summary>Checks header and length of unpacked IDX bytes and returns the bytes after the header.</summary>
    /// <param name="file">The unpacked file.</param>
    /// <param name="path">Its name in messages.</param>
    /// <param name="dimensions">The expected dimensions, outermost first.</param>
    /// <exception cref="DataException">Wrong magic, dimensions or length.</exception>
    public static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> file, string path, params ReadOnlySpan<int> dimensions)
    {
        var header = 4 + 4 * dimensions.Length;
        if (file.Length < header) throw new DataException($"{path} has {file.Length:N0} bytes; its IDX header alone takes {header}.");
        var magic = BinaryPrimitives.ReadUInt32BigEndian(file);
        var wanted = (uint)(UnsignedByte << 8 | dimensions.Length);
        if (magic != wanted)
            throw new DataException($"{path} is not an IDX file of bytes with {dimensions.Length} dimension(s): its magic is 0x{magic:X8}, expected 0x{wanted:X8}.");
        var length = (long)header;
        var product = 1L;
        for (var i = 0; i < dimensions.Length; i++)
        {
            var found = BinaryPrimitives.ReadUInt32BigEndian(file[(4 + 4 * i)..]);
            if (found != dimensions[i])
                throw new DataException($"{path}: dimension {i} is {found:N0}, the manifest expects {dimensions[i]:N0} ({string.Join(" x ", dimensions.ToArray())}).");
            product *= dimensions[i];
        }
        length += product;
        if (file.Length != length)
            throw new DataException($"{path} has {file.Length:N0} bytes, its header promises {length:N0}: it is {(file.Length < length ? "truncated" : "too long")}.");
        return file[header..];
    }

    /// <summary>sha256 in lower-case hexadecimal.</summary>
    internal static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
