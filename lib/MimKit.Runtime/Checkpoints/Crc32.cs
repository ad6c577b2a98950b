using System.Buffers.Binary;

namespace MimKit.Runtime;

/// <summary>The checksum of zip records (CRC-32, polynomial 0xEDB88320), eight bytes a step.</summary>
sealed class Crc32
{
    static readonly uint[][] Tables = Build();

    uint _state = uint.MaxValue;

    /// <summary>The checksum of all bytes so far.</summary>
    public uint Value => ~_state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = _state;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var (low, high) = (BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc, BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            crc = Tables[7][(byte)low] ^ Tables[6][(byte)(low >> 8)] ^ Tables[5][(byte)(low >> 16)] ^ Tables[4][low >> 24]
                ^ Tables[3][(byte)high] ^ Tables[2][(byte)(high >> 8)] ^ Tables[1][(byte)(high >> 16)] ^ Tables[0][high >> 24];
        }
        foreach (var value in bytes) crc = Tables[0][(byte)(crc ^ value)] ^ crc >> 8;
        _state = crc;
    }

    // Table t holds the effect of a byte that t more bytes follow.
    static uint[][] Build()
    {
        var tables = new uint[8][];
        for (var t = 0; t < 8; t++)
        {
            tables[t] = new uint[256];
            for (uint value = 0; value < 256; value++)
            {
                var crc = t == 0 ? value : tables[t - 1][value];
                for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
                tables[t][value] = crc;
            }
        }
        return tables;
    }
}
