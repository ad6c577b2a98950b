using System.Text;
using Google.Protobuf;
using MimKit.Training;

namespace MimKit.Tests.Training;

public sealed class TensorBoardTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mimkit-board-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_event_file_has_whole_records_whose_checksums_hold()
    {
        using (var board = new TensorBoardLog(_folder)) board.Scalar("loss/train", 0.5, 300);

        var records = Records(File.ReadAllBytes(Assert.Single(Directory.GetFiles(_folder, "events.out.tfevents.*")))).ToList();

        Assert.Equal(2, records.Count);
        Assert.Contains("brain.Event:2", Encoding.ASCII.GetString(records[0]));
        var scalar = new CodedInputStream(records[1]);
        Assert.Equal(1u << 3 | 1, scalar.ReadTag());
        Assert.InRange(scalar.ReadDouble(), 1.7e9, 1e10);
        Assert.Equal(2u << 3, scalar.ReadTag());
        Assert.Equal(300, scalar.ReadInt64());
        Assert.Equal(5u << 3 | 2, scalar.ReadTag());
        var summary = new CodedInputStream(scalar.ReadBytes().ToByteArray());
        Assert.Equal(1u << 3 | 2, summary.ReadTag());
        var value = new CodedInputStream(summary.ReadBytes().ToByteArray());
        Assert.Equal(1u << 3 | 2, value.ReadTag());
        Assert.Equal("loss/train", value.ReadString());
        Assert.Equal(2u << 3 | 5, value.ReadTag());
        Assert.Equal(0.5f, value.ReadFloat());
    }

    [Fact]
    public void The_checksum_is_castagnolis() => Assert.Equal(0xE3069283, Crc("123456789"u8));           // the published check value

    static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BitConverter.ToInt64(file, at);
            Assert.Equal(Masked(file.AsSpan(at, 8)), BitConverter.ToUInt32(file, at + 8));
            Assert.Equal(Masked(file.AsSpan(at + 12, length)), BitConverter.ToUInt32(file, at + 12 + length));
            yield return file[(at + 12)..(at + 12 + length)];
            at += 16 + length;
        }
    }

    static uint Masked(ReadOnlySpan<byte> data) => uint.RotateRight(Crc(data), 15) + 0xa282ead8;

    static uint Crc(ReadOnlySpan<byte> data)                                                              // bit by bit, reflected 0x1EDC6F41
    {
        var crc = ~0u;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = crc >> 1 ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
        }
        return ~crc;
    }
}
