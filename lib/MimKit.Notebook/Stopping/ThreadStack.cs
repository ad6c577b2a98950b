using System.Runtime.InteropServices;

namespace MimKit.Notebook;

/// <summary>Where the current thread's stack ends.</summary>
static partial class ThreadStack
{
    // What the runtime needs to unwind from the deepest call, and libraries that are called there.
    const nuint Reserve = 256 << 10;

    /// <summary>The lowest address at which another call may start; 0, which never triggers, where the system does not say.</summary>
    public static nuint LowestAddress()
    {
        var attributes = new Attributes();
        if (pthread_getattr_np(pthread_self(), ref attributes) != 0) return 0;
        var known = pthread_attr_getstack(ref attributes, out var low, out var size) == 0;
        _ = pthread_attr_destroy(ref attributes);
        return known && size > 2 * Reserve ? low + Reserve : 0;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    struct Attributes;

    [LibraryImport("libc")] private static partial nint pthread_self();
    [LibraryImport("libc")] private static partial int pthread_getattr_np(nint thread, ref Attributes attributes);
    [LibraryImport("libc")] private static partial int pthread_attr_getstack(ref Attributes attributes, out nuint low, out nuint size);
    [LibraryImport("libc")] private static partial int pthread_attr_destroy(ref Attributes attributes);
}
