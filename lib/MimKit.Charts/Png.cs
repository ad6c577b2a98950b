using System.Buffers.Binary;
using System.IO.Compression;

namespace MimKit.Charts;

/// <summary>Writes PNG images of eight bits a channel.</summary>
public static class Png
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly byte[] ColourTypes = [0, 4, 2, 6];   // of 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA
    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Encodes an image.</summary>
    /// <param name="pixels">[height, width, channels] bytes.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="channels">1 grey, 2 grey + alpha, 3 RGB, 4 RGBA.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        if (channels is < 1 or > 4 || width < 1 || height < 1 || pixels.Length != (long)width * height * channels)
            throw new ArgumentException($"{pixels.Length:N0} bytes are not an image of {width} x {height} with {channels} channel(s).");
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, ColourTypes[channels - 1]);

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            for (var row = 0; row < height; row++)
            {
                zlib.WriteByte(0);   // no filter: repeated pixels of enlarged images compress well without
                zlib.Write(pixels.Slice(row * width * channels, width * channels));
            }
        var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, packed.ToArray());
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(type);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), content));
        file.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) crc = CrcTable[(crc ^ b) & 255] ^ crc >> 8;
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var n = 0u; n < 256; n++)
        {
            var c = n;
            for (var bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xEDB88320 ^ c >> 1 : c >> 1;
            table[n] = c;
        }
        return table;
    }
}
