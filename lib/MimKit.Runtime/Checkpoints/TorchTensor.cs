using System.Collections.Frozen;

namespace MimKit.Runtime;

/// <summary>Memory that one or several tensors of a PyTorch file look into.</summary>
/// <param name="Key">its name in the file</param>
/// <param name="Type">its element type; bytes where the file leaves it open</param>
/// <param name="Count">its elements</param>
/// <param name="Start">its first element within the file's record (old files keep parts of a storage)</param>
sealed record TorchStorage(string Key, ScalarType Type, long Count, long Start)
{
    const string Untyped = "UntypedStorage";

    static readonly FrozenDictionary<string, ScalarType> Types = new Dictionary<string, ScalarType>
    {
        ["DoubleStorage"] = float64, ["FloatStorage"] = float32, ["HalfStorage"] = float16, ["BFloat16Storage"] = bfloat16,
        ["LongStorage"] = int64, ["IntStorage"] = int32, ["ShortStorage"] = int16, ["CharStorage"] = int8, ["ByteStorage"] = uint8, ["BoolStorage"] = @bool,
        [Untyped] = uint8,
    }.ToFrozenDictionary();

    static readonly FrozenDictionary<string, ScalarType> TypesByName = new Dictionary<string, ScalarType>
    {
        ["float64"] = float64, ["float32"] = float32, ["float16"] = float16, ["bfloat16"] = bfloat16, ["int64"] = int64, ["int32"] = int32, ["int16"] = int16, ["int8"] = int8, ["uint8"] = uint8, ["bool"] = @bool,
    }.ToFrozenDictionary();

    public long Bytes => checked(Count * Type.ElementSize());

    /// <summary>From the reference that PyTorch writes: ("storage", class, key, device, elements[, (view key, first element, elements)]).</summary>
    public static TorchStorage From(object? reference)
    {
        if (reference is not object?[] { Length: 5 or 6 } parts || parts[0] is not "storage" || parts[1] is not PickleGlobal kind || parts[2] is not string key || parts[4] is not long count)
            throw new InvalidDataException($"it refers to {PickleReader.Describe(reference)} where PyTorch refers to a storage");
        if (!Types.TryGetValue(kind.Name, out var type))
            throw new InvalidDataException($"it holds elements of type {kind}; known are {string.Join(", ", Types.Keys.Order())}");
        if (count < 0) throw new InvalidDataException($"its storage '{key}' has {count} elements");
        return parts.ElementAtOrDefault(5) is not object?[] view ? new(key, type, count, 0)
            : view is [string, long start, long length] && start >= 0 && length >= 0 && start <= count - length ? new(key, type, length, start)
            : throw new InvalidDataException($"its storage '{key}' of {count} elements is cut in a way that makes no sense");
    }

    /// <summary>The same bytes as elements of a type given by name (torch.bfloat16).</summary>
    public TorchStorage Of(PickleGlobal type) => TypesByName.TryGetValue(type.Name, out var found)
        ? this with { Type = found, Count = Bytes / found.ElementSize() }
        : throw new InvalidDataException($"it holds elements of type {type}; known are {string.Join(", ", TypesByName.Keys.Order())}");
}

/// <summary>
/// What a PyTorch file says of one tensor. Its values are read when they are asked for (<see cref="TorchFile.Read(string)"/>); several
/// tensors may look into the same storage, in any order of elements.
/// </summary>
public sealed class TorchTensor
{
    const int MostDimensions = 64;                                                 // libtorch's own limit in most operators

    TorchTensor(TorchStorage storage, long[] shape, long[] strides, long offset) => (Storage, Shape, Strides, Offset) = (storage, shape, strides, offset);

    internal TorchStorage Storage { get; }

    /// <summary>Element type.</summary>
    public ScalarType Type => Storage.Type;

    /// <summary>Size of every dimension.</summary>
    public long[] Shape { get; }

    /// <summary>Steps between neighbours in the storage, in elements; 0 where a dimension repeats the same element.</summary>
    public long[] Strides { get; }

    /// <summary>First element in the storage.</summary>
    public long Offset { get; }

    internal static TorchTensor Rebuild(TorchStorage storage, long start, object? size, object? stride)
    {
        var (shape, strides) = (Longs(size), Longs(stride));
        var what = $"a tensor [{string.Join(", ", shape.Take(MostDimensions))}] with strides [{string.Join(", ", strides.Take(MostDimensions))}] from element {start}";
        if (shape.Length != strides.Length || shape.Length > MostDimensions || start < 0 || shape.Any(n => n < 0) || strides.Any(n => n < 0))
            throw new InvalidDataException($"it has {what}, which makes no sense");
        long last = start, count = 1;
        checked
        {
            foreach (var (n, step) in shape.Zip(strides)) { count *= n; last += (n - 1) * step; }
        }
        if (count > 0 && last >= storage.Count)
            throw new InvalidDataException($"it has {what}, which reaches element {last}, but its storage '{storage.Key}' has {storage.Count}");
        return new(storage, shape, strides, start);
    }

    static long[] Longs(object? value)
    {
        var numbers = value as IReadOnlyList<object?> ?? throw Wrong(value);
        return [.. numbers.Select(item => item is long number ? number : throw Wrong(item))];

        static InvalidDataException Wrong(object? found) => new($"it has {PickleReader.Describe(found)} where a tensor's sizes are wanted");
    }
}
