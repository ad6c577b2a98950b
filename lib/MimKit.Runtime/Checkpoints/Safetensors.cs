using System.Buffers.Binary;
using System.Text.Json;

namespace MimKit.Runtime;

/// <summary>
/// Weights on disk in the safetensors format. A save is atomic: the bytes go to a temporary name in the same folder, are flushed
/// to the disk and then renamed, so that whoever reads the path finds the old file or the new one, never a part.
/// </summary>
public static class Safetensors
{
    internal const string MetadataKey = "__metadata__";

    internal static readonly IReadOnlyDictionary<string, ScalarType> Types = new Dictionary<string, ScalarType>
    {
        ["F64"] = ScalarType.Float64, ["F32"] = ScalarType.Float32, ["F16"] = ScalarType.Float16, ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64, ["I32"] = ScalarType.Int32, ["I16"] = ScalarType.Int16, ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte, ["BOOL"] = ScalarType.Bool,
    };

    /// <summary>Reads every tensor of a file, on the CPU, bit for bit. For a few of many tensors open a <see cref="SafetensorsFile"/>.</summary>
    /// <exception cref="InvalidDataException">The file is not well-formed; the message says where.</exception>
    public static Dictionary<string, Tensor> Load(string path)
    {
        using var file = new SafetensorsFile(path);
        return file.Entries.Keys.ToDictionary(name => name, file.Read);
    }

    /// <summary>Writes tensors (any device, any strides) and free texts; replaces an existing file atomically.</summary>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sorted = tensors.OrderByDescending(pair => Bytes(pair.Value.dtype)).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToArray();   // wide types first: every tensor is aligned
        var header = Header(sorted, metadata);
        WriteAtomically(path, stream =>
        {
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
            stream.Write(prefix);
            stream.Write(header);
            foreach (var (_, tensor) in sorted)
            {
                using var scope = NewDisposeScope();
                tensor.detach().cpu().contiguous().EachPart(part => stream.Write(part));
            }
        });
    }

    /// <summary>Writes a file under a temporary name, flushes it to the disk and renames it to <paramref name="path"/>.</summary>
    public static void WriteAtomically(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);                                  // there only if writing failed
        }
    }

    static byte[] Header(KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, text) in metadata) json.WriteString(key, text);
                json.WriteEndObject();
            }
            long begin = 0;
            foreach (var (name, tensor) in tensors)
            {
                var end = begin + tensor.numel() * Bytes(tensor.dtype);
                WriteEntry(json, name, tensor, begin, end);
                begin = end;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');  // the data starts aligned
        return buffer.ToArray();
    }

    static void WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, long begin, long end)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", Types.First(pair => pair.Value == tensor.dtype).Key);
        json.WriteStartArray("shape");
        foreach (var size in tensor.shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static long Bytes(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        _ => throw new NotSupportedException($"Tensors of type {type} have no place in a safetensors file; convert them first. Known: {string.Join(", ", Types.Values)}."),
    };
}
