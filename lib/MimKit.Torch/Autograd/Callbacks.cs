using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

internal static unsafe partial class Native
{
    static partial void LendCallbacks(nint library)
    {
        var callbacks = Callbacks.All;
        ((delegate* unmanaged<Callbacks.Table*, void>)NativeLibrary.GetExport(library, "mk_set_callbacks"))(&callbacks);
    }
}
