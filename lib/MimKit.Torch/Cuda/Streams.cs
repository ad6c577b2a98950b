namespace MimKit.Torch;

public static unsafe partial class torch
{
    public static partial class cuda
    {
        /// <summary>A queue of GPU work. What is in one stream runs in order; streams run beside one another.</summary>
        public sealed class Stream : IDisposable
        {
            internal readonly NativeCuda.Handle Native;

            /// <summary>One of the pool's streams on <paramref name="device"/> (the current one by default).</summary>
            public Stream(Device? device = null, bool high_priority = false) : this(NativeCuda.mk_stream_new(Index(device), high_priority ? 1 : 0)) { }

            internal Stream(nint made) => Native = new(made, NativeCuda.mk_stream_free);

            public Device device => new(DeviceType.CUDA, NativeCuda.mk_stream_device(Native.Value));
            public void synchronize() => Count(NativeCuda.mk_stream_synchronize(Native.Value));

            /// <summary>Whether all its work is done.</summary>
            public bool query() => Count(NativeCuda.mk_stream_query(Native.Value)) != 0;

            /// <summary>Work queued here from now on starts after what <paramref name="stream"/> holds now.</summary>
            public void wait_stream(Stream stream) { using var mark = new Event(); mark.record(stream); wait_event(mark); }
            public void wait_event(Event e) => Count(NativeCuda.mk_event_block(e.Native.Value, Native.Value));
            public void Dispose() => Native.Dispose();
        }

        /// <summary>A mark in a stream, to wait for and to take times with.</summary>
        public sealed class Event(bool enable_timing = false) : IDisposable
        {
            internal readonly NativeCuda.Handle Native = new(NativeCuda.mk_event_new(Index(null) >= 0 && enable_timing ? 1 : 0), NativeCuda.mk_event_free);

            public void record(Stream? stream = null)
            {
                using var current = stream is null ? current_stream() : null;
                Count(NativeCuda.mk_event_record(Native.Value, (stream ?? current!).Native.Value));
            }

            public bool query() => Count(NativeCuda.mk_event_query(Native.Value)) != 0;
            public void synchronize() => Count(NativeCuda.mk_event_synchronize(Native.Value));

            /// <summary>Milliseconds from this event to <paramref name="end"/>; both made with <c>enable_timing</c>, recorded and reached.</summary>
            public float elapsed_time(Event end)
            {
                float milliseconds;
                Count(NativeCuda.mk_event_elapsed(Native.Value, end.Native.Value, &milliseconds));
                return milliseconds;
            }

            public void Dispose() => Native.Dispose();
        }

        /// <summary>The stream that this thread's work on a device goes to.</summary>
        public static Stream current_stream(Device? device = null) => new(NativeCuda.mk_stream_current(Index(device)));

        /// <summary>Sends this thread's work to <paramref name="stream"/> until disposed, on the same thread.</summary>
        public static IDisposable stream(Stream stream) => new Entered(stream);

        private sealed class Entered : IDisposable
        {
            private readonly Stream _before;
            private readonly int _device = current_device();

            internal Entered(Stream stream)
            {
                set_device(stream.device);
                _before = current_stream();
                Count(NativeCuda.mk_stream_enter(stream.Native.Value));
            }

            public void Dispose()
            {
                Count(NativeCuda.mk_stream_enter(_before.Native.Value));
                _before.Dispose();
                Count(NativeCuda.mk_cuda_set_device(_device));
            }
        }

        /// <summary>
        /// GPU work recorded once and replayed without a call an operator. What is recorded reads and writes the same memory at every replay: copy
        /// the next inputs into the tensors it was captured with. Capture a step that has run before, and that reads nothing back.
        /// </summary>
        public sealed class CUDAGraph : IDisposable
        {
            private readonly NativeCuda.Handle _native = new(Index(null) >= 0 ? NativeCuda.mk_graph_new() : 0, NativeCuda.mk_graph_free);

            /// <summary>Records instead of runs this thread's work, which must go to a stream of its own: see <see cref="graph"/>.</summary>
            public void capture_begin() => Count(NativeCuda.mk_graph_begin(_native.Value));
            public void capture_end() => Count(NativeCuda.mk_graph_end(_native.Value));
            public void replay() => Count(NativeCuda.mk_graph_replay(_native.Value));
            public void reset() => Count(NativeCuda.mk_graph_reset(_native.Value));
            public void Dispose() => _native.Dispose();
        }

        /// <summary>Captures into <paramref name="cuda_graph"/> what this thread does until disposed, on a stream of its own. Nothing of it runs yet.</summary>
        public static IDisposable graph(CUDAGraph cuda_graph) => new Capture(cuda_graph);

        private sealed class Capture : IDisposable
        {
            private readonly CUDAGraph _graph;
            private readonly Stream _side = new();
            private readonly IDisposable _entered;

            internal Capture(CUDAGraph graph)
            {
                _graph = graph;
                synchronize();
                _entered = stream(_side);
                try { graph.capture_begin(); }
                catch { _entered.Dispose(); throw; }
            }

            public void Dispose()
            {
                try { _graph.capture_end(); }
                finally { _entered.Dispose(); _side.Dispose(); }
            }
        }
    }
}
