using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace MimKit.Data;

/// <summary>
/// A few batches of memory that worker threads fill in order and one consumer empties in order. Workers take sample after sample; one whose
/// batch has no memory yet waits until the consumer is done with an earlier one. The first failure ends all of it and comes out at the consumer.
/// </summary>
internal sealed class BatchRing : IDisposable
{
    public delegate void Filler(long sample, Slot slot, int place);

    /// <summary>Memory of one batch: a tensor a view, which workers write and the consumer reads where it lies; labels and places.</summary>
    public sealed class Slot(int batchSize, IReadOnlyList<int> sides, int channels) : IDisposable
    {
        /// <summary>Each [B, C, side, side] float32.</summary>
        public Tensor[] Views { get; } = [.. sides.Select(side => empty([batchSize, channels, side, side], float32).DetachFromDisposeScope())];
        public long[] Labels { get; } = new long[batchSize];
        public long[] Indices { get; } = new long[batchSize];
        public int Missing { get; set; }

        /// <summary>The values of one image of a view.</summary>
        public Span<float> Planes(int view, int place, int length) => MemoryMarshal.Cast<byte, float>(Views[view].bytes).Slice(place * length, length);

        public void Dispose()
        {
            foreach (var view in Views) view.Dispose();
        }
    }

    private readonly object _lock = new();
    private readonly Slot[] _slots;
    private readonly List<Thread> _threads = [];
    private readonly int _batchSize;
    private readonly long _samples;
    private long _next;
    private int _free;                                 // batches below this number may be filled
    private bool _stopped;
    private ExceptionDispatchInfo? _failure;

    public BatchRing(long samples, int batchSize, int firstBatch, int batches, int slots, IReadOnlyList<int> sides, int channels)
    {
        _slots = [.. Enumerable.Range(0, Math.Max(1, Math.Min(slots, batches - firstBatch))).Select(_ => new Slot(batchSize, sides, channels))];
        (_batchSize, _samples, _next, _free) = (batchSize, Math.Min(samples, (long)batches * batchSize), (long)firstBatch * batchSize, firstBatch + _slots.Length);
        for (var b = firstBatch; b < _free; b++) _slots[b % _slots.Length].Missing = CountOf(b);
    }

    public int CountOf(int batch) => (int)Math.Min(_batchSize, _samples - (long)batch * _batchSize);

    public void Start(int threads, Filler fill)
    {
        for (var i = 0; i < threads; i++)
        {
            var thread = new Thread(() => Work(fill)) { IsBackground = true, Name = "image loader" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Waits until a batch is whole.</summary>
    public Slot Wait(int batch, CancellationToken cancellation)
    {
        using var stop = cancellation.Register(() => { lock (_lock) Monitor.PulseAll(_lock); });
        var slot = _slots[batch % _slots.Length];
        lock (_lock)
        {
            while (slot.Missing > 0 && _failure is null && !cancellation.IsCancellationRequested) Monitor.Wait(_lock);
            _failure?.Throw();
            if (slot.Missing > 0) cancellation.ThrowIfCancellationRequested();
        }
        return slot;
    }

    /// <summary>Gives a batch's memory to a later one.</summary>
    public void Release(int batch)
    {
        lock (_lock)
        {
            _slots[batch % _slots.Length].Missing = Math.Max(0, CountOf(batch + _slots.Length));
            _free++;
            Monitor.PulseAll(_lock);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.PulseAll(_lock);
        }
        foreach (var thread in _threads) thread.Join();
        foreach (var slot in _slots) slot.Dispose();
    }

    private void Work(Filler fill)
    {
        try
        {
            while (Take() is { } sample)
            {
                var slot = _slots[sample / _batchSize % _slots.Length];
                fill(sample, slot, (int)(sample % _batchSize));
                lock (_lock)
                    if (--slot.Missing == 0) Monitor.PulseAll(_lock);
            }
        }
        catch (Exception problem)
        {
            lock (_lock)
            {
                _failure ??= ExceptionDispatchInfo.Capture(problem);
                _stopped = true;
                Monitor.PulseAll(_lock);
            }
        }
    }

    private long? Take()
    {
        lock (_lock)
        {
            while (!_stopped && _next < _samples && _next / _batchSize >= _free) Monitor.Wait(_lock);
            return _stopped || _next >= _samples ? null : _next++;
        }
    }
}
