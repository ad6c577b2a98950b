using System.Runtime.InteropServices;

namespace MimKit.Runtime;

/// <summary>The C ABI of <c>libmimkit_dist.so</c> (lib/native/dist/dist.h), which lies beside libmimkit_native.so where Gloo's headers were at hand.</summary>
internal static unsafe class NativeDist
{
    const string Library = "mimkit_dist";

    static NativeDist() => NativeLibrary.SetDllImportResolver(typeof(NativeDist).Assembly, (name, _, _) => name == Library ? Handle.Value : 0);

    static readonly Lazy<nint> Handle = new(Load);

    [DllImport(Library)] internal static extern nint mk_dist_open([MarshalAs(UnmanagedType.LPUTF8Str)] string host, int port, int server, [MarshalAs(UnmanagedType.LPUTF8Str)] string prefix, [MarshalAs(UnmanagedType.LPUTF8Str)] string network, int rank, int size, long timeout);
    [DllImport(Library)] internal static extern void mk_dist_close(nint group);
    [DllImport(Library)] internal static extern nint mk_dist_all_reduce(nint group, nint tensor);
    [DllImport(Library)] internal static extern nint mk_dist_broadcast(nint group, nint tensor, int root);
    [DllImport(Library)] internal static extern nint mk_dist_all_gather(nint group, nint tensor, nint* outputs);
    [DllImport(Library)] internal static extern nint mk_dist_barrier(nint group);
    [DllImport(Library)] internal static extern int mk_dist_wait(nint work, long milliseconds);
    [DllImport(Library)] internal static extern void mk_dist_work_free(nint work);
    [DllImport(Library)] internal static extern int mk_dist_set(nint group, [MarshalAs(UnmanagedType.LPUTF8Str)] string key, [MarshalAs(UnmanagedType.LPUTF8Str)] string value);
    [DllImport(Library)] internal static extern int mk_dist_has(nint group, [MarshalAs(UnmanagedType.LPUTF8Str)] string key);
    [DllImport(Library)] internal static extern byte* mk_dist_get(nint group, [MarshalAs(UnmanagedType.LPUTF8Str)] string key);

    [DllImport(Library)] internal static extern nint mk_dist_on_gradient(nint parameter, delegate* unmanaged<nint, int, void> ready, nint context, int index);
    [DllImport(Library)] internal static extern void mk_dist_off_gradient(nint hook);

    // dlsym finds what the library is linked to as well: the reason of the last failure on this thread.
    [DllImport(Library)] static extern byte* mk_error();

    internal static string Error => (Marshal.PtrToStringUTF8((nint)mk_error()) ?? "").Split('\n')[0];

    /// <summary>The library's file; null where it was not built.</summary>
    internal static string? Found => Candidates().FirstOrDefault(File.Exists);

    static nint Load() => Found is { } path ? NativeLibrary.Load(path) : throw new NativeLibraryException(
        $"libmimkit_dist.so was not built, and training in several processes needs it.\n  looked in:\n    {string.Join("\n    ", Candidates())}\n" +
        "  fix: apt-get install libgloo-dev (for Debian's libtorch; a pip wheel brings no headers of its Gloo), then ./mimkit setup; or train in one process.");

    // Beside the core library, which MIMKIT_NATIVE names.
    static IEnumerable<string> Candidates()
    {
        const string file = $"lib{Library}.so";
        if (Environment.GetEnvironmentVariable("MIMKIT_NATIVE") is { Length: > 0 } given) yield return Path.Combine(Path.GetDirectoryName(given)!, file);
        for (var folder = AppContext.BaseDirectory; folder is { Length: > 0 }; folder = Path.GetDirectoryName(folder))
            yield return Path.Combine(folder, ".build", "native", "current", file);
    }
}
