using System.IO.Compression;

namespace MimKit.Runtime;

/// <summary>Where a PyTorch file keeps its pickle and its storages.</summary>
abstract class TorchRecords : IDisposable
{
    /// <summary>The pickle's value.</summary>
    public abstract object? Root { get; }

    /// <summary>Says at once if a storage is not there or is too short.</summary>
    public abstract void Check(TorchStorage storage);

    /// <summary>Reads a whole storage into a tensor of one dimension.</summary>
    public abstract Tensor Read(TorchStorage storage);

    public abstract void Dispose();

    /// <summary>Tells the two forms apart by their first bytes.</summary>
    public static TorchRecords Open(FileStream file, PickleCalls calls)
    {
        var start = new byte[Math.Min(file.Length, 265)];
        file.ReadExactly(start);
        file.Position = 0;
        return start switch
        {
            [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => new ZipRecords(file, calls),
            [0x80, >= 1 and <= 5, ..] or [(byte)'L', (byte)'1', ..] => new LegacyRecords(file, calls),     // binary, or protocol 0
            _ when start.Length == 265 && start.AsSpan(257, 5).SequenceEqual("ustar"u8) => throw new InvalidDataException("it is a tar archive, the form of PyTorch before 0.1.11; load and save it again with a newer PyTorch"),
            [] => throw new InvalidDataException("it is empty"),
            _ => throw new InvalidDataException("it starts neither as a zip archive nor as a pickle; if it is a safetensors file, read it with Safetensors.Load"),
        };
    }

    private protected static Tensor ReadFrom(Stream stream, TorchStorage storage, Crc32? check = null)
    {
        var tensor = empty([storage.Count], dtype: storage.Type);
        try
        {
            tensor.EachPart(part =>
            {
                stream.ReadExactly(part);
                check?.Append(part);
            });
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }
}

/// <summary>The form since PyTorch 1.6, and TorchScript's: a zip archive NAME/data.pkl, NAME/data/KEY, stored without compression.</summary>
sealed class ZipRecords : TorchRecords
{
    const string PickleName = "/data.pkl", VeryOldScript = "/model.json";

    readonly ZipArchive _archive;
    readonly Dictionary<string, ZipArchiveEntry> _entries = [];
    readonly string _folder;

    public ZipRecords(FileStream file, PickleCalls calls)
    {
        _archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        long total = 0;
        foreach (var entry in _archive.Entries)
        {
            if (!_entries.TryAdd(entry.FullName, entry)) throw new InvalidDataException($"it has two records {entry.FullName}");
            if ((total = checked(total + entry.CompressedLength)) > file.Length) throw new InvalidDataException($"its records add up to more than its {file.Length} bytes: they overlap");
        }
        var pickle = _entries.Keys.Where(name => name.EndsWith(PickleName, StringComparison.Ordinal)).MinBy(name => name.Length)
            ?? throw new InvalidDataException(_entries.Keys.Any(name => name.EndsWith(VeryOldScript, StringComparison.Ordinal))
                ? "it is a TorchScript archive of PyTorch 1.2 or older; load and save it again with a newer PyTorch" : "it is a zip archive without a record data.pkl");
        _folder = pickle[..^PickleName.Length];
        CheckByteOrder();

        using var bytes = new MemoryStream(ReadAll(_entries[pickle]));
        Root = new PickleReader(bytes, bytes.Length, calls, TorchStorage.From).Read();
    }

    public override object? Root { get; }

    public override void Check(TorchStorage storage) => EntryOf(storage);

    public override Tensor Read(TorchStorage storage)
    {
        var entry = EntryOf(storage);
        var check = new Crc32();
        lock (_archive)                                                            // one file position
        {
            using var stream = entry.Open();
            var tensor = ReadFrom(stream, storage, check);
            for (int rest; (rest = stream.ReadByte()) >= 0;) check.Append([(byte)rest]);
            if (check.Value == entry.Crc32) return tensor;
            tensor.Dispose();
            throw Damaged(entry);
        }
    }

    public override void Dispose() => _archive.Dispose();

    ZipArchiveEntry EntryOf(TorchStorage storage)
    {
        var name = $"{_folder}/data/{storage.Key}";
        if (!_entries.TryGetValue(name, out var entry)) throw new InvalidDataException($"its storage {name} is missing; the file is incomplete");
        CheckPlain(entry);
        var extra = entry.Length - storage.Bytes;
        if (storage.Start != 0 || extra < 0 || extra >= storage.Type.ElementSize())
            throw new InvalidDataException($"its storage {name} has {entry.Length} bytes; {storage.Count} elements of {storage.Type} take {storage.Bytes}");
        return entry;
    }

    void CheckByteOrder()
    {
        if (_entries.TryGetValue(_folder + "/byteorder", out var entry) && !ReadAll(entry).AsSpan().SequenceEqual("little"u8))
            throw new InvalidDataException("its numbers are stored with the high byte first; save it on a little-endian machine");
    }

    // TorchScript compresses its code. Weights never are, so that no small file can unpack to a huge one.
    static void CheckPlain(ZipArchiveEntry entry)
    {
        if (entry.Length != entry.CompressedLength) throw new InvalidDataException($"its record {entry.FullName} is compressed, which PyTorch never does; unpack the archive and pack it again without compression");
    }

    static byte[] ReadAll(ZipArchiveEntry entry)
    {
        CheckPlain(entry);
        var bytes = new byte[entry.Length];
        using (var stream = entry.Open()) stream.ReadExactly(bytes);
        var check = new Crc32();
        check.Append(bytes);
        return check.Value == entry.Crc32 ? bytes : throw Damaged(entry);
    }

    static InvalidDataException Damaged(ZipArchiveEntry entry) => new($"its record {entry.FullName} is damaged: its checksum is not the one noted in the archive");
}

/// <summary>The form before PyTorch 1.6: pickles of a magic number, a protocol number and the writer's sizes; the value; the storages' keys; the storages.</summary>
sealed class LegacyRecords : TorchRecords
{
    const int Protocol = 1001;
    static readonly System.Numerics.BigInteger Magic = System.Numerics.BigInteger.Parse("119547037146038801333356");   // 0x1950a86a20f9469cfc6c

    readonly FileStream _file;
    readonly PickleCalls _calls;
    readonly Dictionary<string, TorchStorage> _whole = [];                         // by key, as the value refers to them
    readonly Dictionary<string, (long Position, long Count)> _places = [];

    public LegacyRecords(FileStream file, PickleCalls calls)
    {
        (_file, _calls) = (file, calls);
        if (Next() is not System.Numerics.BigInteger magic || magic != Magic) throw new InvalidDataException("it is a pickle, but not one of torch.save: PyTorch's number is missing at its start");
        if (Next() is not long protocol || protocol != Protocol) throw new InvalidDataException($"it is not of PyTorch's protocol {Protocol}");
        if (Next() is not PickleDict sizes || sizes["little_endian"] is not true) throw new InvalidDataException("its numbers are stored with the high byte first; save it on a little-endian machine");
        Root = Next();
        if (Next() is not List<object?> keys) throw new InvalidDataException("the list of its storages is missing");
        foreach (var key in keys) Locate(key as string ?? throw new InvalidDataException($"it names a storage {PickleReader.Describe(key)}"));
    }

    public override object? Root { get; }

    public override void Check(TorchStorage storage)
    {
        if (!_places.TryGetValue(storage.Key, out var place)) throw new InvalidDataException($"its storage '{storage.Key}' is missing; the file is incomplete");
        if (storage.Start + storage.Count > place.Count) throw new InvalidDataException($"its storage '{storage.Key}' has {place.Count} elements, but {storage.Start + storage.Count} are wanted");
    }

    public override Tensor Read(TorchStorage storage)
    {
        Check(storage);
        lock (_file)
        {
            _file.Position = _places[storage.Key].Position + storage.Start * storage.Type.ElementSize();
            return ReadFrom(_file, storage);
        }
    }

    public override void Dispose() { }

    object? Next() => new PickleReader(_file, _file.Length, _calls, Refer).Read();

    TorchStorage Refer(object? reference)
    {
        var storage = TorchStorage.From(reference);
        if (_whole.TryGetValue(storage.Key, out var seen) && seen.Type != storage.Type) throw new InvalidDataException($"its storage '{storage.Key}' holds both {seen.Type} and {storage.Type}");
        return _whole[storage.Key] = storage;
    }

    // Every storage: the number of its elements, then their bytes. The element size is known from where the value refers to it.
    void Locate(string key)
    {
        if (!_whole.TryGetValue(key, out var storage)) throw new InvalidDataException($"it holds a storage '{key}' that no tensor uses");
        Span<byte> prefix = stackalloc byte[8];
        if (_file.Length - _file.Position < prefix.Length) throw new InvalidDataException($"it ends before its storage '{key}'; it is cut short");
        _file.ReadExactly(prefix);
        var count = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(prefix);
        var left = _file.Length - _file.Position;
        if (count < 0 || count > left / storage.Type.ElementSize())
            throw new InvalidDataException($"its storage '{key}' has {count} elements of {storage.Type}, but {left} bytes are left; it is cut short or damaged");
        if (!_places.TryAdd(key, (_file.Position, count))) throw new InvalidDataException($"it has two storages '{key}'");
        _file.Position += count * storage.Type.ElementSize();
    }
}
