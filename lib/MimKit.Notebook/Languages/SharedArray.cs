namespace MimKit.Notebook;

/// <summary>An array on its way between languages.</summary>
/// <param name="Type">float32, float64, int16, int32, int64, uint8 or bool.</param>
/// <param name="Shape">Its dimensions; none for a single number.</param>
/// <param name="Data">The elements, row by row.</param>
/// <param name="IsTensor">It is to become a tensor and not an array, where the other side has tensors.</param>
public sealed record SharedArray(string Type, IReadOnlyList<int> Shape, byte[] Data, bool IsTensor)
{
    static readonly Dictionary<string, Type> Types = new()
    {
        ["float32"] = typeof(float), ["float64"] = typeof(double), ["int16"] = typeof(short), ["int32"] = typeof(int), ["int64"] = typeof(long),
        ["uint8"] = typeof(byte), ["bool"] = typeof(bool),
    };

    /// <summary>A C# array of any rank, or null where the value is none with elements of a known type.</summary>
    public static SharedArray? Of(object? value)
    {
        if (value is not Array array || Types.FirstOrDefault(known => known.Value == array.GetType().GetElementType()).Key is not { } type) return null;
        var bytes = new byte[Buffer.ByteLength(array)];
        Buffer.BlockCopy(array, 0, bytes, 0, bytes.Length);
        return new SharedArray(type, [.. Enumerable.Range(0, array.Rank).Select(array.GetLength)], bytes, IsTensor: false);
    }

    /// <summary>The C# array.</summary>
    /// <exception cref="NotSupportedException">C# has no such element type.</exception>
    public Array ToArray()
    {
        if (!Types.TryGetValue(Type, out var element))
            throw new NotSupportedException($"Arrays of {Type} cannot be shared; convert to one of {string.Join(", ", Types.Keys)} first.");
        var array = Array.CreateInstance(element, Shape.Count == 0 ? new[] { 1 } : [.. Shape]);
        Buffer.BlockCopy(Data, 0, array, 0, Data.Length);
        return array;
    }
}

/// <summary>How a host's tensors are shared with other languages.</summary>
/// <param name="Take">A tensor as an array; null for other values.</param>
/// <param name="Make">A tensor of an array.</param>
public sealed record TensorExchange(Func<object, SharedArray?> Take, Func<SharedArray, object> Make);
