using System.Runtime.InteropServices;

namespace MimKit.Torch;

// Creation, joining, and the functions whose parameters the table of operators (operators.txt) cannot say.
public static partial class torch
{
    private static Tensor Made(Tensor t, bool requires_grad) => requires_grad ? t.requires_grad_() : t;

    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.empty.Call(size, dtype ?? float32, default, device), requires_grad);
    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.zeros.Call(size, dtype ?? float32, default, device), requires_grad);
    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.ones.Call(size, dtype ?? float32, default, device), requires_grad);
    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.full.Call(size, value, dtype ?? float32, default, device), requires_grad);
    public static Tensor rand(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.rand.Call(size, dtype ?? float32, default, device), requires_grad);
    public static Tensor randn(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Ops.randn.Call(size, dtype ?? float32, default, device), requires_grad);
    public static Tensor empty(params long[] size) => empty(size, null);
    public static Tensor zeros(params long[] size) => zeros(size, null);
    public static Tensor ones(params long[] size) => ones(size, null);
    public static Tensor rand(params long[] size) => rand(size, null);
    public static Tensor randn(params long[] size) => randn(size, null);
    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null) => Ops.randint.Call(low, high, size, dtype ?? int64);
    public static Tensor randperm(long n) => Ops.randperm.Call(n, int64);
    public static Tensor arange(Scalar stop, ScalarType? dtype = null) => Ops.arange.Call(0L, stop, 1L, dtype);
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null) => Ops.arange.Call(start, stop, 1L, dtype);
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null) => Ops.arange.Call(start, stop, step, dtype);
    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null) => Ops.linspace.Call(start, end, steps, dtype ?? float32);
    public static Tensor eye(long rows, ScalarType? dtype = null) => Ops.eye.Call(rows, dtype ?? float32);
    public static Tensor zeros_like(Tensor input) => Ops.zeros_like.Call(input);
    public static Tensor ones_like(Tensor input) => Ops.ones_like.Call(input);
    public static Tensor empty_like(Tensor input) => Ops.empty_like.Call(input);
    public static Tensor full_like(Tensor input, Scalar value) => Ops.full_like.Call(input, value);

    public static Tensor tensor(float[] data, ScalarType? dtype = null) => From<float>(data, [data.Length], dtype);
    public static Tensor tensor(double[] data, ScalarType? dtype = null) => From<double>(data, [data.Length], dtype);
    public static Tensor tensor(long[] data, ScalarType? dtype = null) => From<long>(data, [data.Length], dtype);
    public static Tensor tensor(int[] data, ScalarType? dtype = null) => From<int>(data, [data.Length], dtype);
    public static Tensor tensor(byte[] data, ScalarType? dtype = null) => From<byte>(data, [data.Length], dtype);
    public static Tensor tensor(bool[] data, ScalarType? dtype = null) => From<bool>(data, [data.Length], dtype);
    public static Tensor tensor(float[] data, long[] dimensions, ScalarType? dtype = null) => From<float>(data, dimensions, dtype);
    public static Tensor tensor(double[] data, long[] dimensions, ScalarType? dtype = null) => From<double>(data, dimensions, dtype);
    public static Tensor tensor(long[] data, long[] dimensions, ScalarType? dtype = null) => From<long>(data, dimensions, dtype);
    public static Tensor tensor(int[] data, long[] dimensions, ScalarType? dtype = null) => From<int>(data, dimensions, dtype);
    public static Tensor tensor(byte[] data, long[] dimensions, ScalarType? dtype = null) => From<byte>(data, dimensions, dtype);
    public static Tensor tensor(float scalar, ScalarType? dtype = null) => From<float>([scalar], [], dtype);
    public static Tensor tensor(double scalar, ScalarType? dtype = null) => From<double>([scalar], [], dtype);
    public static Tensor tensor(long scalar, ScalarType? dtype = null) => From<long>([scalar], [], dtype);

    /// <summary>A new CPU tensor that holds a copy of <paramref name="data"/>.</summary>
    public static Tensor From<T>(ReadOnlySpan<T> data, long[] dimensions, ScalarType? dtype = null) where T : unmanaged
    {
        var count = dimensions.Aggregate(1L, (a, b) => a * b);
        if (count != data.Length) throw new ArgumentException($"{data.Length} values do not fill a tensor of [{string.Join(", ", dimensions)}], which holds {count}.");
        var t = empty(dimensions, Tensor.TypeOf<T>());
        if (count > 0) data.CopyTo(t.data<T>());
        if (dtype is null || dtype == t.dtype) return t;
        var converted = t.to(dtype.Value);
        t.Dispose();
        return converted;
    }

    public static Tensor cat(IEnumerable<Tensor> tensors, long dim = 0) => Ops.cat.Call(tensors.ToArray(), dim);
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Ops.stack.Call(tensors.ToArray(), dim);
    public static Tensor softmax(Tensor input, long dim) => input.softmax(dim);
}
