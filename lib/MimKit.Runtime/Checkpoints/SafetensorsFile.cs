using System.Buffers.Binary;
using System.Collections.Frozen;
using System.IO.MemoryMappedFiles;
using System.Text.Json;

namespace MimKit.Runtime;

/// <summary>What a safetensors header says of one tensor. Offsets count bytes from the first byte after the header.</summary>
public sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

/// <summary>
/// An open safetensors file: the header is read and checked at once, a tensor's bytes only when it is asked for (the file is
/// memory-mapped). Format: 8 bytes little-endian header length, JSON header, data.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    const int PrefixBytes = 8;
    const long MostHeaderBytes = 100_000_000;                        // the format's own limit

    readonly string _path;
    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly long _dataStart;

    /// <summary>Opens a file and checks its whole header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a well-formed safetensors file; the message says where.</exception>
    public SafetensorsFile(string path)
    {
        _path = path;
        var length = File.Exists(path) ? new FileInfo(path).Length
            : throw new FileNotFoundException($"There is no file {path}.", path);
        if (length < PrefixBytes) throw Bad($"it has {length} bytes; even an empty one has {PrefixBytes + 2}");

        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        try
        {
            var header = ReadHeader(length);
            _dataStart = PrefixBytes + header.Length;
            (Entries, Metadata) = Parse(header);
            CheckLayout(length - _dataStart);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Every tensor by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>The header's free texts; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads one tensor into memory of its own, on the CPU.</summary>
    public Tensor Read(string name)
    {
        if (!Entries.TryGetValue(name, out var entry))
            throw new KeyNotFoundException($"{_path} has no tensor '{name}'. It has: {string.Join(", ", Entries.Keys.Order().Take(20))}{(Entries.Count > 20 ? ", ..." : "")}.");
        var tensor = torch.empty(entry.Shape, dtype: entry.Type);
        var from = (ulong)(_dataStart + entry.Begin);
        tensor.EachPart(part =>
        {
            _view.SafeMemoryMappedViewHandle.ReadSpan(from, part);
            from += (ulong)part.Length;
        });
        return tensor;
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    byte[] ReadHeader(long fileLength)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        _view.SafeMemoryMappedViewHandle.ReadSpan(0, prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(fileLength - PrefixBytes))
            throw Bad($"its header claims {length} bytes, but only {fileLength - PrefixBytes} follow; the file is cut short or of another format");
        if (length > MostHeaderBytes) throw Bad($"its header claims {length} bytes; the format allows {MostHeaderBytes}");
        var header = new byte[length];
        _view.SafeMemoryMappedViewHandle.ReadSpan(PrefixBytes, header.AsSpan());
        return header;
    }

    (FrozenDictionary<string, SafetensorsEntry>, FrozenDictionary<string, string>) Parse(byte[] header)
    {
        try
        {
            using var json = JsonDocument.Parse(header);
            var entries = new Dictionary<string, SafetensorsEntry>();
            var metadata = new Dictionary<string, string>();
            foreach (var property in json.RootElement.EnumerateObject())
                if (property.Name == Safetensors.MetadataKey)
                    foreach (var text in property.Value.EnumerateObject()) metadata[text.Name] = text.Value.GetString() ?? "";
                else if (!entries.TryAdd(property.Name, ParseEntry(property.Name, property.Value)))
                    throw Bad($"tensor '{property.Name}' appears twice in its header");
            return (entries.ToFrozenDictionary(), metadata.ToFrozenDictionary());
        }
        catch (JsonException error)
        {
            throw Bad($"its header is not JSON ({error.Message})", error);
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw Bad($"its header is JSON of another form ({error.Message})", error);
        }
    }

    SafetensorsEntry ParseEntry(string name, JsonElement entry)
    {
        var typeName = entry.GetProperty("dtype").GetString() ?? "";
        if (!Safetensors.Types.TryGetValue(typeName, out var type))
            throw Bad($"tensor '{name}' has type {typeName}; known are {string.Join(", ", Safetensors.Types.Keys)}");
        var shape = entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var offsets = entry.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (shape.Any(size => size < 0) || offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0])
            throw Bad($"tensor '{name}' has shape [{string.Join(", ", shape)}] and offsets [{string.Join(", ", offsets)}]; sizes are at least 0 and the offsets are begin <= end");

        var wanted = shape.Aggregate(Safetensors.Bytes(type), (bytes, size) => checked(bytes * size));
        if (wanted != offsets[1] - offsets[0])
            throw Bad($"tensor '{name}' ({typeName}, [{string.Join(", ", shape)}]) needs {wanted} bytes but its offsets span {offsets[1] - offsets[0]}");
        return new(name, type, shape, offsets[0], offsets[1]);
    }

    void CheckLayout(long dataBytes)
    {
        long end = 0;
        var before = "";
        foreach (var entry in Entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.End > dataBytes)
                throw Bad($"tensor '{entry.Name}' ends at byte {entry.End} of the data, but the file holds {dataBytes}; it is cut short");
            if (entry.Begin < end) throw Bad($"tensor '{entry.Name}' starts at byte {entry.Begin} and overlaps '{before}', which ends at {end}");
            if (entry.Begin > end) throw Bad($"bytes {end} to {entry.Begin} of the data belong to no tensor");
            (end, before) = (entry.End, entry.Name);
        }
        if (end != dataBytes) throw Bad($"bytes {end} to {dataBytes} of the data belong to no tensor");
    }

    InvalidDataException Bad(string what, Exception? inner = null) => new($"{_path} cannot be read as safetensors: {what}.", inner);
}
