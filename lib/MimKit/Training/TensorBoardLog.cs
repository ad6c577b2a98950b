using System.Buffers.Binary;
using Google.Protobuf;

namespace MimKit.Training;

/// <summary>
/// Writes scalars as a TensorBoard event file: TFRecords (length, masked CRC-32C, Event message) as TensorFlow documents them
/// (tensorflow/core/lib/io/record_writer, tensorflow/core/util/event.proto).
/// </summary>
public sealed class TensorBoardLog : IDisposable
{
    readonly FileStream _file;

    /// <param name="folder">Where <c>events.out.tfevents.*</c> goes; TensorBoard is pointed at it or above it.</param>
    public TensorBoardLog(string folder)
    {
        Directory.CreateDirectory(folder);
        _file = new(Path.Combine(folder, $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}"), FileMode.CreateNew);
        Record(0, message => { message.WriteTag(3, WireFormat.WireType.LengthDelimited); message.WriteString("brain.Event:2"); });   // file_version
    }

    /// <summary>One point: for the trainer, <c>OnLog = board.Write</c>.</summary>
    public void Write(LogLine line)
    {
        Scalar("loss/train", line.Loss, line.Step);
        Scalar("schedule/learning_rate", line.LearningRate, line.Step);
        Scalar("speed/images_per_second", line.ImagesPerSecond, line.Step);
        Scalar("speed/data_wait", line.DataWait, line.Step);
        Scalar("memory/resident_megabytes", line.ResidentMegabytes, line.Step);
        _file.Flush();
    }

    /// <summary>One value of a curve.</summary>
    /// <param name="tag">"probe/knn".</param>
    /// <param name="value">Stored as float32.</param>
    /// <param name="step">Optimizer steps done.</param>
    public void Scalar(string tag, double value, long step) => Record(step, message =>
    {
        var point = Bytes(inner => { inner.WriteTag(1, WireFormat.WireType.LengthDelimited); inner.WriteString(tag); inner.WriteTag(2, WireFormat.WireType.Fixed32); inner.WriteFloat((float)value); });   // Summary.Value
        var summary = Bytes(inner => { inner.WriteTag(1, WireFormat.WireType.LengthDelimited); inner.WriteBytes(point); });
        message.WriteTag(5, WireFormat.WireType.LengthDelimited);
        message.WriteBytes(summary);
    });

    public void Dispose() => _file.Dispose();

    void Record(long step, Action<CodedOutputStream> content)
    {
        var message = Bytes(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Fixed64);
            output.WriteDouble(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(step);
            content(output);
        }).ToByteArray();
        var head = new byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), Masked(head.AsSpan(0, 8)));
        var tail = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Masked(message));
        _file.Write(head);
        _file.Write(message);
        _file.Write(tail);
    }

    static ByteString Bytes(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true)) write(output);
        return ByteString.CopyFrom(stream.ToArray());
    }

    static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = ~0u;
        foreach (var b in data) crc = System.Numerics.BitOperations.Crc32C(crc, b);
        crc = ~crc;
        return (crc >> 15 | crc << 17) + 0xa282ead8;
    }
}
