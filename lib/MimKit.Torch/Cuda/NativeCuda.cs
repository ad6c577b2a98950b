using System.Runtime.InteropServices;

namespace MimKit.Torch;

/// <summary>The C ABI of <c>libmimkit_cuda.so</c> (lib/native/cuda/cuda.h), which lies beside libmimkit_native.so where CUDA's headers were at hand.</summary>
internal static unsafe class NativeCuda
{
    private const string Library = Native.CudaLibrary;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Memory { internal long Allocated, PeakAllocated, Reserved, PeakReserved, Retries, OutOfMemory; }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Properties { internal fixed byte Name[256]; internal long Memory; internal int Major, Minor, Multiprocessors; }

    [DllImport(Library)] internal static extern int mk_cuda_device();
    [DllImport(Library)] internal static extern int mk_cuda_set_device(int device);
    [DllImport(Library)] internal static extern int mk_cuda_describe(int device, Properties* result);
    [DllImport(Library)] internal static extern int mk_cuda_synchronize(int device);
    [DllImport(Library)] internal static extern int mk_cuda_runtime_version();
    [DllImport(Library)] internal static extern int mk_cuda_empty_cache();
    [DllImport(Library)] internal static extern int mk_cuda_memory_of(int device, Memory* result);
    [DllImport(Library)] internal static extern int mk_cuda_reset_peak(int device);

    [DllImport(Library)] internal static extern nint mk_stream_new(int device, int highPriority);
    [DllImport(Library)] internal static extern nint mk_stream_current(int device);
    [DllImport(Library)] internal static extern int mk_stream_device(nint stream);
    [DllImport(Library)] internal static extern int mk_stream_enter(nint stream);
    [DllImport(Library)] internal static extern int mk_stream_synchronize(nint stream);
    [DllImport(Library)] internal static extern int mk_stream_query(nint stream);
    [DllImport(Library)] internal static extern void mk_stream_free(nint stream);

    [DllImport(Library)] internal static extern nint mk_event_new(int timing);
    [DllImport(Library)] internal static extern int mk_event_record(nint e, nint stream);
    [DllImport(Library)] internal static extern int mk_event_block(nint e, nint stream);
    [DllImport(Library)] internal static extern int mk_event_query(nint e);
    [DllImport(Library)] internal static extern int mk_event_synchronize(nint e);
    [DllImport(Library)] internal static extern int mk_event_elapsed(nint from, nint to, float* milliseconds);
    [DllImport(Library)] internal static extern void mk_event_free(nint e);

    [DllImport(Library)] internal static extern nint mk_graph_new();
    [DllImport(Library)] internal static extern int mk_graph_begin(nint graph);
    [DllImport(Library)] internal static extern int mk_graph_end(nint graph);
    [DllImport(Library)] internal static extern int mk_graph_replay(nint graph);
    [DllImport(Library)] internal static extern int mk_graph_reset(nint graph);
    [DllImport(Library)] internal static extern void mk_graph_free(nint graph);

    /// <summary>An object of libmimkit_cuda.so, freed when the last holder lets go.</summary>
    internal sealed class Handle : SafeHandle
    {
        private readonly Action<nint> _free;
        internal Handle(nint made, Action<nint> free) : base(0, ownsHandle: true)
        {
            _free = free;
            SetHandle(made != 0 ? made : throw Native.Error());
        }
        public override bool IsInvalid => handle == 0;
        protected override bool ReleaseHandle() { _free(handle); return true; }
        internal nint Value => !IsClosed ? handle : throw new ObjectDisposedException("A CUDA stream, event or graph", "It was disposed and cannot be used any more.");
    }
}
