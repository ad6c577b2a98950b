using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static MimKit.Torch.torch;

namespace MimKit.Torch;

/// <summary>
/// What libtorch calls back: hooks, and functions written in C#. An exception that crossed into native code would end the process, so each
/// callback catches everything and hands the exception over as a handle; it is thrown again where the native call was made.
/// </summary>
internal static unsafe class Callbacks
{
    [StructLayout(LayoutKind.Sequential)]
    internal struct Table                                          // abi.h, mk_callbacks
    {
        internal delegate* unmanaged<nint, void> Release;
        internal delegate* unmanaged<nint, nint, nint*, nint> Hook;
        internal delegate* unmanaged<nint, nint, NativeValue*, nint> Forward;
        internal delegate* unmanaged<nint, nint, NativeValue*, NativeValue*, nint> Backward;
    }

    internal static Table All => new() { Release = &Release, Hook = &Hook, Forward = &Forward, Backward = &Backward };

    /// <summary>A handle by which native code keeps <paramref name="target"/>; native code releases it.</summary>
    internal static nint Lend(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    internal static object Target(nint handle) => GCHandle.FromIntPtr(handle).Target!;

    [UnmanagedCallersOnly]
    private static void Release(nint handle)
    {
        var held = GCHandle.FromIntPtr(handle);
        if (held.Target is FunctionCall call) call.Dispose();
        held.Free();
    }

    [UnmanagedCallersOnly]
    private static nint Hook(nint handle, nint grad, nint* replaced) => Run(() =>
    {
        var hook = (Func<Tensor, Tensor?>)Target(handle);
        var given = new Tensor(grad);
        if (hook(given) is { } other) *replaced = Native.mk_tensor_alias(other.Handle);
    });

    // Whatever a function makes on the way is freed at its end: it runs on libtorch's own threads too, where no step scope is.
    [UnmanagedCallersOnly]
    private static nint Forward(nint function, nint context, NativeValue* outputs) => Run(() =>
    {
        using var scope = NewDisposeScope();
        *outputs = TensorList.Give(((FunctionCall)Target(function)).Forward(context));
    });

    [UnmanagedCallersOnly]
    private static nint Backward(nint function, nint context, NativeValue* grads, NativeValue* gradients) => Run(() =>
    {
        using var scope = NewDisposeScope();
        *gradients = TensorList.Give(((FunctionCall)Target(function)).Backward(context, TensorList.Take(*grads)));
    });

    // The engine sets libtorch's grad mode by itself; the callback sees the same mode and leaves it as it was.
    private static nint Run(Action body)
    {
        var recording = Native.mk_grad_mode();
        try
        {
            using var mode = new GradMode(recording != 0 ? Off.Nothing : Off.Grad);
            body();
            return 0;
        }
        catch (Exception e) { return Lend(e); }
        finally { Native.mk_set_grad_mode(recording); }
    }
}

/// <summary>Lists of tensors on their way through the C ABI.</summary>
internal static unsafe class TensorList
{
    /// <summary>The handles, lent: the caller keeps the tensors alive until the call is over.</summary>
    internal static nint[] Lend(IEnumerable<Tensor?>? tensors) => tensors?.Select(t => t?.Handle ?? 0).ToArray() ?? [];

    /// <summary>New tensors for a list that native code gave; null where it has none.</summary>
    internal static List<Tensor?> Take(NativeValue value)
    {
        var items = new ReadOnlySpan<nint>((void*)value.Pointer, value.Count);
        var list = new List<Tensor?>(items.Length);
        foreach (var item in items) list.Add(item == 0 ? null : new Tensor(item));
        Native.mk_free(value.Pointer);
        return list;
    }

    /// <summary>A list for native code to own.</summary>
    internal static NativeValue Give(IReadOnlyList<Tensor?> tensors)
    {
        var handles = Lend(tensors);                               // throws for a disposed one before anything is allocated
        var items = (nint*)NativeMemory.Alloc((nuint)handles.Length + 1, (nuint)sizeof(nint));      // malloc: native code frees it
        for (var i = 0; i < handles.Length; i++) items[i] = handles[i] == 0 ? 0 : Native.mk_tensor_alias(handles[i]);
        GC.KeepAlive(tensors);
        return new() { Tag = Tag.Tensors, Count = handles.Length, Pointer = (nint)items };
    }
}
