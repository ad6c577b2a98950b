using System.Text.Json;
using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests.Operators;

/// <summary>Arguments and results of the stored cases.</summary>
static class StoredValue
{
    internal const int Impossible = 1000;

    internal static bool IsTensor(JsonElement e) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("data", out _);

    internal static Tensor Tensor(JsonElement e)
    {
        var shape = e.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64()).ToArray();
        var items = e.GetProperty("data").EnumerateArray().ToArray();
        var type = Type(e.GetProperty("dtype").GetString()!);
        return type == @bool ? tensor(items.Select(i => i.GetBoolean()).ToArray(), shape)
            : torch.is_floating_point(type) ? tensor(items.Select(Number).ToArray(), shape, type)
            : tensor(items.Select(i => i.GetInt64()).ToArray(), shape, type);
    }

    static ScalarType Type(string name) => name switch
    {
        "float32" => float32, "float64" => float64, "float16" => float16, "bfloat16" => bfloat16, "int64" => int64, "int32" => int32, "int16" => int16, "int8" => int8, "uint8" => uint8, "bool" => @bool,
        _ => throw new ArgumentException(name),
    };

    static double Number(JsonElement e) => e.ValueKind == JsonValueKind.Number ? e.GetDouble()
        : e.GetString() switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, _ => double.NaN };

    /// <summary>How far the argument is from the type: 0 is the same, 1000 cannot be.</summary>
    internal static int Cost(JsonElement e, Type type, out object? value)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        (value, var cost) = e.ValueKind switch
        {
            JsonValueKind.Null => (null, type.IsValueType && plain == type ? Impossible : 0),
            JsonValueKind.True or JsonValueKind.False => plain == typeof(bool) ? (e.GetBoolean(), 0) : (null, Impossible),
            JsonValueKind.String => plain == typeof(string) ? (e.GetString(), 0) : (null, Impossible),
            JsonValueKind.Number => OfNumber(e, plain),
            JsonValueKind.Array => OfArray(e, plain),
            _ => OfObject(e, plain),
        };
        return cost;
    }

    static (object?, int) OfNumber(JsonElement e, Type type)
    {
        var whole = !e.GetRawText().Contains('.') && !e.GetRawText().Contains('e');
        if (type == typeof(long)) return whole ? (e.GetInt64(), 0) : (null, Impossible);
        if (type == typeof(int)) return whole ? (e.GetInt32(), 1) : (null, Impossible);
        if (type == typeof(double)) return (e.GetDouble(), whole ? 20 : 0);
        if (type == typeof(float)) return (e.GetSingle(), whole ? 20 : 1);
        if (type == typeof(Scalar)) return (whole ? (Scalar)e.GetInt64() : (Scalar)e.GetDouble(), 3);
        return (null, Impossible);
    }

    static (object?, int) OfArray(JsonElement e, Type type) =>
        type == typeof(long[]) && e.EnumerateArray().All(i => !i.GetRawText().Contains('.')) ? (e.EnumerateArray().Select(i => i.GetInt64()).ToArray(), 0)
        : type == typeof(double[]) ? (e.EnumerateArray().Select(i => i.GetDouble()).ToArray(), 5) : (null, Impossible);

    static (object?, int) OfObject(JsonElement e, Type type)
    {
        if (IsTensor(e)) return type == typeof(Tensor) ? (Tensor(e), 0) : (null, Impossible);
        if (e.TryGetProperty("tensors", out var list)) return type.IsAssignableFrom(typeof(Tensor[])) ? (list.EnumerateArray().Select(Tensor).ToArray(), 0) : (null, Impossible);
        if (e.TryGetProperty("enum", out var name)) return type.IsEnum && Enum.TryParse(type, name.GetString(), out var chosen) ? (chosen, 0) : (null, Impossible);
        var n = e.GetProperty("tuple").EnumerateArray().Select(i => i.GetInt64()).ToArray();
        return type == typeof((long, long)) && n.Length == 2 ? ((n[0], n[1]), 0) : type == typeof((long, long, long, long)) && n.Length == 4 ? ((n[0], n[1], n[2], n[3]), 0) : (null, Impossible);
    }

    /// <summary>Asserts that a result is PyTorch's: the same dtype, shape and (floating point within a few roundings) values.</summary>
    internal static void AssertEqual(JsonElement expected, object? actual, string what)
    {
        if (expected.ValueKind is JsonValueKind.True or JsonValueKind.False) { Assert.Equal(expected.GetBoolean(), actual); return; }
        if (expected.TryGetProperty("tensors", out var list))
        {
            var wanted = list.EnumerateArray().ToArray();
            var got = (actual switch
            {
                System.Runtime.CompilerServices.ITuple t => Enumerable.Range(0, t.Length).Select(i => t[i] as Tensor),
                IEnumerable<Tensor> t => t,
                _ => [actual as Tensor],
            }).Where(t => t is not null).ToArray();
            Assert.Equal(wanted.Length, got.Length);
            for (var i = 0; i < wanted.Length; i++) AssertEqual(wanted[i], got[i], $"{what}, result {i}");
            return;
        }
        Tensor want = Tensor(expected), have = Assert.IsAssignableFrom<Tensor>(actual is System.Runtime.CompilerServices.ITuple { Length: > 0 } tuple ? tuple[0] : actual);
        Assert.True(want.dtype == have.dtype && want.shape.SequenceEqual(have.shape), $"{what}: expected {want.dtype}[{string.Join(", ", want.shape)}], got {have.dtype}[{string.Join(", ", have.shape)}]");
        Assert.True(torch.is_floating_point(want.dtype) ? have.@double().allclose(want.@double(), 2e-5, 2e-6, equal_nan: true) : have.equal(want),
            $"{what}: expected\n{want}\ngot\n{have}");
    }
}
