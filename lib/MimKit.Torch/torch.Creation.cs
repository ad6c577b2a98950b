using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MimKit.Torch;

// New tensors: filled, drawn, counted, or copied from arrays. Without a dtype they are float32, or what PyTorch infers from the values.
public static partial class torch
{
    private static Tensor Made(Tensor t, bool requires_grad) => requires_grad ? t.requires_grad_() : t;

    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.empty.Call(size, dtype ?? float32, default, device), requires_grad);
    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.zeros.Call(size, dtype ?? float32, default, device), requires_grad);
    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.ones.Call(size, dtype ?? float32, default, device), requires_grad);
    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.full.Call(size, value, dtype ?? float32, default, device), requires_grad);
    public static Tensor rand(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Made(Ops.rand.Call(size, generator, dtype ?? float32, default, device), requires_grad);
    public static Tensor randn(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Made(Ops.randn.Call(size, generator, dtype ?? float32, default, device), requires_grad);
    public static Tensor empty(params long[] size) => empty(size, null);
    public static Tensor zeros(params long[] size) => zeros(size, null);
    public static Tensor ones(params long[] size) => ones(size, null);
    public static Tensor rand(params long[] size) => rand(size, null);
    public static Tensor randn(params long[] size) => randn(size, null);

    /// <summary>Integers from <paramref name="low"/> up to and without <paramref name="high"/>, int64 unless said.</summary>
    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Made(Ops.randint.Call(low, high, size, generator, dtype ?? int64, default, device), requires_grad);
    public static Tensor randint(long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator);
    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Made(Ops.randperm.Call(n, generator, dtype ?? int64, default, device), requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => arange(0, stop, 1, dtype, device, requires_grad);
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => arange(start, stop, 1, dtype, device, requires_grad);
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Ops.arange.Call(start, stop, step, dtype, default, device), requires_grad);
    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Ops.linspace.Call(start, end, steps, dtype ?? float32, default, device), requires_grad);
    public static Tensor logspace(double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Ops.logspace.Call(start, end, steps, @base, dtype ?? float32, default, device), requires_grad);
    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Ops.eye.Call(rows, columns < 0 ? rows : columns, dtype ?? float32, default, device), requires_grad);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.empty_like.Call(input, dtype, default, device), requires_grad);
    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.zeros_like.Call(input, dtype, default, device), requires_grad);
    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.ones_like.Call(input, dtype, default, device), requires_grad);
    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.full_like.Call(input, value, dtype, default, device), requires_grad);
    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.rand_like.Call(input, dtype, default, device), requires_grad);
    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.randn_like.Call(input, dtype, default, device), requires_grad);
    public static Tensor randint_like(Tensor input, long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Ops.randint_like.Call(input, low, high, dtype, default, device), requires_grad);

    public static Tensor tensor(float scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => From<float>([scalar], [], dtype, device, requires_grad);
    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => From<double>([scalar], [], dtype, device, requires_grad);
    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => From<long>([scalar], [], dtype, device, requires_grad);
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => From<bool>([scalar], [], dtype, device, requires_grad);

    /// <summary>A new tensor that holds a copy of <paramref name="rawArray"/>: of float, double, Half, any integer up to long, or bool.</summary>
    public static Tensor tensor<T>(T[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) where T : unmanaged =>
        From<T>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    /// <summary>A new tensor of <paramref name="dimensions"/> that holds a copy of <paramref name="rawArray"/>, row by row.</summary>
    public static Tensor tensor<T>(T[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) where T : unmanaged =>
        From<T>(rawArray, dimensions, dtype, device, requires_grad);

    /// <summary>A new tensor with the shape and the values of an array of any rank, <c>new float[,] { { 1, 2 }, { 3, 4 } }</c>.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var shape = Enumerable.Range(0, rawArray.Rank).Select(d => rawArray.GetLongLength(d)).ToArray();
        Tensor Copied<T>() where T : unmanaged =>
            From<T>(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(rawArray)), rawArray.Length), shape, dtype, device, requires_grad);
        return rawArray.GetType().GetElementType() switch
        {
            var t when t == typeof(float) => Copied<float>(),
            var t when t == typeof(double) => Copied<double>(),
            var t when t == typeof(Half) => Copied<Half>(),
            var t when t == typeof(long) => Copied<long>(),
            var t when t == typeof(int) => Copied<int>(),
            var t when t == typeof(short) => Copied<short>(),
            var t when t == typeof(sbyte) => Copied<sbyte>(),
            var t when t == typeof(byte) => Copied<byte>(),
            var t when t == typeof(bool) => Copied<bool>(),
            var t => throw new ArgumentException($"There is no tensor of {t?.Name}."),
        };
    }

    private static Tensor From<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad) where T : unmanaged
    {
        var count = 1L;
        foreach (var d in dimensions) count *= d;
        if (count != data.Length) throw new ArgumentException($"{data.Length} values do not fill a tensor of [{string.Join(", ", dimensions.ToArray())}], which holds {count}.");
        var t = empty(dimensions.ToArray(), Tensor.TypeOf<T>());
        if (count > 0) data.CopyTo(t.data<T>());
        if ((dtype is null || dtype == t.dtype) && (device is null || device == CPU)) return Made(t, requires_grad);
        using (t) return Made(t.to(dtype ?? t.dtype, device ?? CPU), requires_grad);
    }
}
