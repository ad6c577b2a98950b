using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MimKit.Torch;

/// <summary>An argument of a boxed call: a tensor, a number, a truth value, a list, or nothing.</summary>
public readonly partial struct Arg
{
    internal readonly Tag Tag;
    internal readonly long Bits;
    internal readonly object? Held;             // a tensor, or a list whose items are copied at the call

    private Arg(Tag tag, long bits, object? held = null) { Tag = tag; Bits = bits; Held = held; }

    public static implicit operator Arg(Tensor? t) => t is null ? default : new(Tag.Tensor, 0, t);
    public static implicit operator Arg(long v) => new(Tag.Int, v);
    public static implicit operator Arg(long? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(double v) => new(Tag.Double, BitConverter.DoubleToInt64Bits(v));
    public static implicit operator Arg(double? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(bool v) => new(Tag.Bool, v ? 1 : 0);
    public static implicit operator Arg(ScalarType v) => new(Tag.Int, (long)v);
    public static implicit operator Arg(ScalarType? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(Generator? v) => v is null ? default : new(Tag.Generator, 0, v);
    public static implicit operator Arg(string? v) => v is null ? default : new(Tag.String, 0, Encoding.UTF8.GetBytes(v));
    public static implicit operator Arg(long[]? v) => v is null ? default : new(Tag.Ints, 0, v);
    public static implicit operator Arg(double[]? v) => v is null ? default : new(Tag.Doubles, 0, v);
    public static implicit operator Arg(bool[]? v) => v is null ? default : new(Tag.Bools, 0, v);
    public static implicit operator Arg(Tensor?[]? v) => v is null ? default : new(Tag.Tensors, 0, v);

    internal int Words => Held switch
    {
        long[] v => v.Length, double[] v => v.Length, bool[] v => v.Length, Tensor?[] v => v.Length, byte[] v => v.Length / 8 + 1, _ => 0,
    };
}

/// <summary>
/// An operator of libtorch's dispatcher, looked up at its first call and kept. Arguments left out at the end take the schema's defaults.
/// </summary>
public sealed unsafe class Op(string name, string overload = "")
{
    private nint _handle;

    private nint Handle => Exists ? _handle : throw Native.Error();

    /// <summary>Whether this libtorch has the operator.</summary>
    public bool Exists => _handle != 0 || (_handle = Find()) != 0;

    /// <summary>The operator's schema as libtorch prints it.</summary>
    public string Schema => Native.Text(Native.mk_op_schema(Handle));

    private nint Find()
    {
        fixed (byte* n = Encoding.UTF8.GetBytes(name + '\0'), o = Encoding.UTF8.GetBytes(overload + '\0')) return Native.mk_op(n, o);
    }

    /// <summary>Calls an operator that returns one tensor.</summary>
    public Tensor Call(params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        var count = Invoke(args, &result, 1);
        return count == 1 && result.Tag == Tag.Tensor ? Tensor.UnsafeCreateTensor(result.Pointer)
            : throw new TorchException($"{name} returns {count} values, the first a {result.Tag}, not one tensor.");
    }

    /// <summary>Calls an operator for its effect.</summary>
    public void Do(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[8];
        var count = Invoke(args, results, 8);
        for (var i = 0; i < count; i++)
            if (results[i].Tag == Tag.Tensor) Native.mk_tensor_free(results[i].Pointer);
    }

    /// <summary>Calls an operator that returns several tensors, or a list of them.</summary>
    public Tensor[] CallMany(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[8];
        var count = Invoke(args, results, 8);
        if (count == 1 && results[0].Tag == Tag.Tensors)
        {
            var items = (nint*)results[0].Pointer;
            var list = new Tensor[results[0].Count];
            for (var i = 0; i < list.Length; i++) list[i] = Tensor.UnsafeCreateTensor(items[i]);
            Native.mk_free(results[0].Pointer);
            return list;
        }
        var tensors = new Tensor[count];
        for (var i = 0; i < count; i++)
            tensors[i] = results[i].Tag == Tag.Tensor ? Tensor.UnsafeCreateTensor(results[i].Pointer) : throw new TorchException($"{name}: result {i} is a {results[i].Tag}, not a tensor.");
        return tensors;
    }

    /// <summary>Calls an operator that returns a truth value or an integer.</summary>
    public long CallInteger(params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        Invoke(args, &result, 1);
        return result.Integer;
    }

    [SkipLocalsInit]
    private int Invoke(ReadOnlySpan<Arg> args, NativeValue* results, int capacity)
    {
        var words = 0;
        foreach (ref readonly var a in args)
            if (a.Tag >= Tag.Ints) words += a.Words;
        // Lists are copied to where the garbage collector does not move them: the stack, or for very long ones the heap.
        long* space = null;
        var onHeap = words > 2048;
        if (words > 0)
        {
            var stack = stackalloc long[onHeap ? 1 : words];
            space = onHeap ? (long*)NativeMemory.Alloc((nuint)words, 8) : stack;
        }
        var values = stackalloc NativeValue[args.Length];
        for (var i = 0; i < args.Length; i++)
        {
            ref readonly var a = ref args[i];
            values[i].Tag = a.Tag;
            if (a.Tag == Tag.Tensor) values[i].Pointer = Unsafe.As<Tensor>(a.Held!).Handle;      // the tag says so; a checked cast is a call
            else if (a.Held is null) values[i].Integer = a.Bits;
            else space = Fill(ref values[i], a.Held, space);
        }
        var count = Native.mk_call(Handle, values, args.Length, results, capacity);
        if (onHeap) NativeMemory.Free(space - words);
        if (count < 0) throw Native.Error(name, Tensors(args));
        KeepAlive(args);
        return count;
    }

    private static List<TorchArgument> Tensors(ReadOnlySpan<Arg> args)
    {
        var found = new List<TorchArgument>();
        foreach (ref readonly var a in args)
            foreach (var t in a.Held switch { Tensor one => [one], Tensor?[] many => many, _ => [] })
                if (t is not null) found.Add(new(t.dtype, t.shape, t.device));
        return found;
    }

    private static long* Fill(ref NativeValue value, object list, long* space)
    {
        value.Pointer = (nint)space;
        switch (list)
        {
            case long[] v: value.Count = v.Length; v.CopyTo(new Span<long>(space, v.Length)); return space + v.Length;
            case double[] v: value.Count = v.Length; v.CopyTo(new Span<double>(space, v.Length)); return space + v.Length;
            case bool[] v: value.Count = v.Length; for (var i = 0; i < v.Length; i++) space[i] = v[i] ? 1 : 0; return space + v.Length;
            case Tensor?[] v: value.Count = v.Length; for (var i = 0; i < v.Length; i++) space[i] = v[i]?.Handle ?? 0; return space + v.Length;
            case Generator v: value.Pointer = v.Handle; return space;
            case byte[] v: value.Count = v.Length; v.CopyTo(new Span<byte>(space, v.Length)); return space + v.Length / 8 + 1;
            default: throw new InvalidOperationException($"No way to pass a {list.GetType().Name}.");
        }
    }

    // The spans' items hold the tensors; until here no finalizer may free them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void KeepAlive(ReadOnlySpan<Arg> _) { }
}
