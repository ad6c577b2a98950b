using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace MimKit.Torch;

/// <summary>One argument or result of a boxed call, as the native layer lays it out (abi.h, mk_value).</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct NativeValue
{
    [FieldOffset(0)] public Tag Tag;
    [FieldOffset(4)] public int Count;
    [FieldOffset(8)] public long Integer;
    [FieldOffset(8)] public double Number;
    [FieldOffset(8)] public nint Pointer;
}

internal enum Tag { None, Tensor, Int, Double, Bool, Ints, Doubles, Bools, Tensors, String, Device, Generator }

/// <summary>The C ABI of <c>libmimkit_native.so</c>. The library is looked up at the first use, never before: it maps libtorch.</summary>
internal static unsafe partial class Native
{
    private const string Library = "mimkit_native";
    internal const string CudaLibrary = "mimkit_cuda";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, (name, _, _) =>
        name == Library ? s_handle.Value : name == CudaLibrary ? s_cuda.Value : 0);

    private static readonly Lazy<nint> s_handle = new(Load), s_cuda = new(LoadCuda);

    /// <summary>Whether libtorch has been mapped into this process.</summary>
    internal static bool IsLoaded { get; private set; }

    private static nint Load()
    {
        var looked = Candidates().ToArray();
        var path = looked.FirstOrDefault(File.Exists) ?? throw new NativeLibraryException(
            $"libmimkit_native.so was not found.\n  looked in:\n    {string.Join("\n    ", looked)}\n" +
            "  fix: run ./mimkit setup, which builds it, or set MIMKIT_NATIVE to the built file.");
        try
        {
            var handle = NativeLibrary.Load(path);
            IsLoaded = true;
            LendCallbacks(handle);
            return handle;
        }
        catch (DllNotFoundException e)
        {
            throw new NativeLibraryException($"{path} could not be loaded: {e.Message.Split('\n')[0]}\n" +
                "  The library that it names is missing or of another version than the one it was built with.\n" +
                "  fix: ./mimkit doctor shows which libtorch is found; ./mimkit setup builds again against it.");
        }
    }

    /// <summary>Tells the library what it may call back: hooks and functions written in C#.</summary>
    static partial void LendCallbacks(nint library);

    private static nint LoadCuda()
    {
        var path = Path.Combine(Path.GetDirectoryName(Candidates().First(File.Exists))!, "libmimkit_cuda.so");
        return File.Exists(path) ? NativeLibrary.Load(path) : throw new NativeLibraryException(
            $"{path} was not built: streams, events, graphs and memory statistics need it; tensors run on CUDA without it.\n" +
            "  fix: install the CUDA toolkit that this libtorch was built with, or name it with CUDAToolkit_ROOT, and run ./mimkit setup.");
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("MIMKIT_NATIVE") is { Length: > 0 } given) yield return given;
        for (var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location); folder is { Length: > 0 }; folder = Path.GetDirectoryName(folder))
            yield return Path.Combine(folder, ".build", "native", "current", "libmimkit_native.so");
    }

    [DllImport(Library)] internal static extern byte* mk_error();
    [DllImport(Library)] internal static extern nint mk_error_exception();
    [DllImport(Library)] internal static extern void mk_free(nint p);
    [DllImport(Library)] internal static extern nint mk_op(byte* name, byte* overload);
    [DllImport(Library)] internal static extern byte* mk_op_schema(nint op);
    [DllImport(Library)] internal static extern int mk_call(nint op, NativeValue* args, int count, NativeValue* results, int capacity);

    [DllImport(Library)] internal static extern void mk_tensor_free(nint t);
    [DllImport(Library)] internal static extern nint mk_tensor_alias(nint t);
    [DllImport(Library), SuppressGCTransition] internal static extern long mk_tensor_dim(nint t);
    [DllImport(Library), SuppressGCTransition] internal static extern void mk_tensor_sizes(nint t, long* sizes, long* strides);
    [DllImport(Library), SuppressGCTransition] internal static extern long mk_tensor_numel(nint t);
    [DllImport(Library), SuppressGCTransition] internal static extern int mk_tensor_dtype(nint t);
    [DllImport(Library), SuppressGCTransition] internal static extern long mk_tensor_device(nint t);
    [DllImport(Library)] internal static extern nint mk_tensor_data(nint t);
    [DllImport(Library), SuppressGCTransition] internal static extern int mk_tensor_contiguous(nint t);
    [DllImport(Library), SuppressGCTransition] internal static extern long mk_tensor_version(nint t);

    [DllImport(Library), SuppressGCTransition] internal static extern int mk_same(nint a, nint b);

    [DllImport(Library)] internal static extern void mk_set_grad_mode(int enabled);
    [DllImport(Library), SuppressGCTransition] internal static extern int mk_grad_mode();
    [DllImport(Library)] internal static extern void mk_set_inference_mode(int enabled);
    [DllImport(Library), SuppressGCTransition] internal static extern int mk_requires_grad(nint t);
    [DllImport(Library)] internal static extern int mk_set_requires_grad(nint t, int value);
    [DllImport(Library), SuppressGCTransition] internal static extern int mk_is_leaf(nint t);
    [DllImport(Library), SuppressGCTransition] internal static extern int mk_is_inference(nint t);
    [DllImport(Library)] internal static extern int mk_retain_grad(nint t);
    [DllImport(Library)] internal static extern nint mk_grad(nint t);
    [DllImport(Library)] internal static extern int mk_set_grad(nint t, nint grad);
    [DllImport(Library)] internal static extern int mk_backward(nint* tensors, nint* grads, int count, nint* inputs, int inputCount, int retain, int create);
    [DllImport(Library)] internal static extern int mk_gradients(nint* outputs, nint* grads, int count, nint* inputs, int inputCount, int retain, int create, int allowUnused, NativeValue* result);
    [DllImport(Library)] internal static extern int mk_graph_leaves(nint* tensors, int count, NativeValue* result);
    [DllImport(Library)] internal static extern byte* mk_grad_fn(nint t);
    [DllImport(Library)] internal static extern int mk_register_hook(nint t, nint hook);
    [DllImport(Library)] internal static extern int mk_remove_hook(nint t, int position);

    [DllImport(Library)] internal static extern int mk_apply(nint function, nint* inputs, int count, NativeValue* result);
    [DllImport(Library)] internal static extern int mk_context_save(nint context, nint* tensors, int count);
    [DllImport(Library)] internal static extern int mk_context_saved(nint context, NativeValue* result);
    [DllImport(Library)] internal static extern int mk_context_mark_dirty(nint context, nint* tensors, int count);
    [DllImport(Library)] internal static extern int mk_context_mark_non_differentiable(nint context, nint* tensors, int count);
    [DllImport(Library)] internal static extern void mk_context_materialize(nint context, int value);

    [DllImport(Library)] internal static extern void mk_set_watching(int on);
    [DllImport(Library)] internal static extern void mk_set_place(byte* module);

    [DllImport(Library)] internal static extern nint mk_generator_default(long device);
    [DllImport(Library)] internal static extern nint mk_generator_new(long device);
    [DllImport(Library)] internal static extern void mk_generator_free(nint g);
    [DllImport(Library)] internal static extern void mk_generator_set_seed(nint g, long seed);
    [DllImport(Library)] internal static extern long mk_generator_get_seed(nint g);
    [DllImport(Library)] internal static extern long mk_generator_seed(nint g);
    [DllImport(Library)] internal static extern nint mk_generator_get_state(nint g);
    [DllImport(Library)] internal static extern int mk_generator_set_state(nint g, nint state);

    [DllImport(Library)] internal static extern byte* mk_version();
    [DllImport(Library)] internal static extern void mk_manual_seed(long seed);
    [DllImport(Library)] internal static extern int mk_get_num_threads();
    [DllImport(Library)] internal static extern void mk_set_num_threads(int n);
    [DllImport(Library)] internal static extern int mk_get_tf32(int which);
    [DllImport(Library)] internal static extern void mk_set_tf32(int which, int on);
    [DllImport(Library)] internal static extern int mk_cuda_device_count();

    internal static string Text(byte* p) => Marshal.PtrToStringUTF8((nint)p) ?? "";
    internal static void Check(int result) { if (result < 0) throw Error(); }

    /// <summary>The reason of the last failure on this thread: libtorch's, or what a hook or a C# function threw, as it was thrown.</summary>
    internal static Exception Error(string @operator = "", IReadOnlyList<TorchArgument>? tensors = null)
    {
        if (mk_error_exception() is var handle && handle != 0) ExceptionDispatchInfo.Throw((Exception)GCHandle.FromIntPtr(handle).Target!);
        return new TorchException(Text(mk_error()), @operator, tensors ?? []);
    }
}

/// <summary>The native layer, or a library it needs, is missing. The message says which, where it was looked for, and what to do.</summary>
public sealed class NativeLibraryException(string message) : DllNotFoundException(message);
