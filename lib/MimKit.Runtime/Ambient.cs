namespace MimKit.Runtime;

/// <summary>What long work observes without being handed it: the host (a notebook cell, Ctrl-C) sets it, a training loop reads it.</summary>
public static class Ambient
{
    private static readonly AsyncLocal<CancellationToken> Token = new();
    private static readonly AsyncLocal<Observers?> Here = new();

    /// <summary>Asked between steps; follows <c>await</c> and new tasks.</summary>
    public static CancellationToken Cancellation { get => Token.Value; set => Token.Value = value; }

    /// <summary>
    /// Opened around work that ends at a good place by itself once <see cref="Cancellation"/> is requested. Until it is disposed a host that
    /// has other ways to stop code leaves them: a step is not torn in two.
    /// </summary>
    public static IDisposable Observe() => new Observation(Here.Value);

    /// <summary>For a host: counts, from here on in this flow, who observes. What is returned says from any thread whether somebody does.</summary>
    public static Func<bool> WatchObservers()
    {
        var observers = Here.Value = new Observers();
        return () => Volatile.Read(ref observers.Count) > 0;
    }

    private sealed class Observers
    {
        public int Count;
    }

    private sealed class Observation : IDisposable
    {
        private Observers? _of;

        public Observation(Observers? of)
        {
            _of = of;
            if (of is not null) Interlocked.Increment(ref of.Count);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _of, null) is { } of) Interlocked.Decrement(ref of.Count);
        }
    }
}
