using System.Text;

namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>
    /// What only CUDA has. Without a device every call but <see cref="device_count"/>, <see cref="is_available"/>, <see cref="manual_seed"/> and
    /// <see cref="empty_cache"/> throws, and says why. A thread's current device and stream are its own and do not follow <c>await</c>.
    /// </summary>
    public static unsafe partial class cuda
    {
        public static int device_count() => Native.mk_cuda_device_count();
        public static bool is_available() => device_count() > 0;

        /// <summary>Seeds libtorch's generators, the GPUs' among them; nothing where there is none.</summary>
        public static void manual_seed(long seed) => Native.mk_manual_seed(seed);
        public static void manual_seed_all(long seed) => Native.mk_manual_seed(seed);

        public static int current_device() => Count(NativeCuda.mk_cuda_device());
        public static void set_device(Device device) => Count(NativeCuda.mk_cuda_set_device(Index(device)));

        /// <summary>Waits until the device (the current one by default) has done all its work.</summary>
        public static void synchronize(Device? device = null) => Count(NativeCuda.mk_cuda_synchronize(Index(device)));

        /// <summary>Name, memory and generation of a device.</summary>
        public static DeviceProperties get_device_properties(Device? device = null)
        {
            NativeCuda.Properties p;
            Count(NativeCuda.mk_cuda_describe(Index(device), &p));
            return new(Native.Text(p.Name), p.Memory, new(p.Major, p.Minor), p.Multiprocessors);
        }

        /// <summary>Gives unused blocks of libtorch's caching allocator back to the driver.</summary>
        public static void empty_cache() { if (is_available()) Count(NativeCuda.mk_cuda_empty_cache()); }

        /// <summary>What libtorch's caching allocator holds on a device.</summary>
        public static MemoryStats memory_stats(Device? device = null)
        {
            NativeCuda.Memory m;
            Count(NativeCuda.mk_cuda_memory_of(Index(device), &m));
            return new(m.Allocated, m.PeakAllocated, m.Reserved, m.PeakReserved, m.Retries, m.OutOfMemory);
        }

        /// <summary>Lets the peaks of <see cref="memory_stats"/> begin at what is held now.</summary>
        public static void reset_peak_memory_stats(Device? device = null) => Count(NativeCuda.mk_cuda_reset_peak(Index(device)));

        /// <param name="Memory">bytes</param>
        /// <param name="Capability">compute capability, 9.0 for Hopper</param>
        public sealed record DeviceProperties(string Name, long Memory, Version Capability, int Multiprocessors);

        /// <summary>Bytes in tensors and bytes kept from the driver, now and at most; how often the cache was emptied to find memory, and how often in vain.</summary>
        public sealed record MemoryStats(long Allocated, long PeakAllocated, long Reserved, long PeakReserved, long Retries, long OutOfMemory);

        private static int Index(Device? device)
        {
            if (!is_available()) throw new InvalidOperationException($"There is no CUDA device here that this libtorch ({__version__}) can use. ./mimkit doctor says which libtorch and which GPU were found.");
            if (device is { type: not DeviceType.CUDA }) throw new ArgumentException($"{device} is no CUDA device.");
            return device is { index: >= 0 } ? device.index : current_device();
        }

        private static int Count(int result) => result >= 0 ? result : throw Native.Error();
    }
}
