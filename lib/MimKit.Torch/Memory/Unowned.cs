namespace MimKit.Torch;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>
        /// What frees a tensor that no scope owns. An object with a finalizer costs the allocator about as much as a small operator, so a tensor has
        /// none: this has, and dies with it. It also tells the garbage collector the bytes behind an object that looks small.
        /// </summary>
        private sealed class Unowned
        {
            private const long SmallBytes = 4096;              // below it the telling costs more than the operator, and hides nothing
            private const long Plenty = 1L << 30;
            private static long s_bytes, s_limit = Plenty;
            private static readonly Lock s_collecting = new();

            private readonly nint _handle;
            private readonly long _pressure;

            internal Unowned(nint handle, long bytes)
            {
                _handle = handle;
                if (bytes < SmallBytes) return;
                GC.AddMemoryPressure(_pressure = bytes);
                if (Interlocked.Add(ref s_bytes, bytes) > Interlocked.Read(ref s_limit)) Collect();
            }

            ~Unowned()
            {
                RemovePressure();
                Free(_handle);
            }

            internal void Drop()
            {
                GC.SuppressFinalize(this);
                RemovePressure();
            }

            private void RemovePressure()
            {
                if (_pressure == 0) return;
                GC.RemoveMemoryPressure(_pressure);
                var left = Interlocked.Add(ref s_bytes, -_pressure);
                if (2 * left < Interlocked.Read(ref s_limit)) Interlocked.Exchange(ref s_limit, Math.Max(Plenty, 2 * left));   // one large moment must not raise the limit for good
            }

            // Told of pressure, the collector answers when it finds the time; a loop of large tensors outruns it. So at a gigabyte, and
            // again at twice of what then proves to be in use, it is waited for.
            private static void Collect()
            {
                if (!s_collecting.TryEnter()) return;
                try
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    Interlocked.Exchange(ref s_limit, Math.Max(Plenty, 2 * Interlocked.Read(ref s_bytes)));
                }
                finally { s_collecting.Exit(); }
            }
        }
    }
}
