using System.Diagnostics;

namespace MimKit.Notebook;

/// <summary>
/// Which cell the running code belongs to. It travels with async flow, so that late output still reaches its own cell, and it knows the
/// threads that run the cell's code at this moment, so that a cell can be stopped wherever it waits.
/// </summary>
sealed class CellContext : IDisposable
{
    static readonly AsyncLocal<CellContext?> Flow = new(Changed);
    static readonly List<CellContext> Stopped = [];

    // After the first throw the cell's catch and finally blocks have this long; whoever has swallowed it meets another at every check.
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);      // with a library that stops by itself

    readonly Dictionary<Thread, bool> _threads = [];       // whether it was interrupted
    readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _asked, _thrown;
    volatile bool _stopping;

    CellContext(IOutputSink sink) => Sink = sink;

    public IOutputSink Sink { get; }

    public static CellContext? Current => Flow.Value;

    /// <summary>Done when the stopped cell is given up: it awaits something that does not end, and no thread runs its code.</summary>
    public Task Abandoned => _abandoned.Task;

    public void Abandon() => _abandoned.TrySetResult();

    public static CellContext Enter(IOutputSink sink)
    {
        lock (Stopped)
        {
            Stopped.RemoveAll(cell => !cell.IsRunning);
            CellChecks.Requested = Stopped.Count > 0;
        }
        return Flow.Value = new CellContext(sink);
    }

    /// <summary>Code that a sink calls is the host's, not the cell's: what it prints goes to the terminal, and it is not interrupted.</summary>
    public static void Outside(Action hostCode)
    {
        var saved = Flow.Value;
        Flow.Value = null;
        try { hostCode(); }
        finally { Flow.Value = saved; }
    }

    /// <summary>Some thread runs code of the cell now.</summary>
    public bool IsRunning
    {
        get { lock (_threads) return _threads.Keys.Any(thread => thread.IsAlive); }
    }

    /// <summary>Whether a library is at work that ends at a good place by itself; asked from any thread.</summary>
    public Func<bool>? StopsByItself { get; set; }

    /// <summary>The stop is left to that library for now.</summary>
    public bool IsLeftAlone => StopsByItself?.Invoke() == true && Stopwatch.GetElapsedTime(_asked) < Patience;

    /// <summary>From now on the checks in the cell's code throw.</summary>
    public void Stop()
    {
        _asked = Stopwatch.GetTimestamp();
        lock (Stopped) Stopped.Add(this);
        _stopping = true;
        CellChecks.Requested = true;
    }

    public void ThrowIfStopping()
    {
        if (!_stopping || IsLeftAlone) return;
        var first = Interlocked.CompareExchange(ref _thrown, Stopwatch.GetTimestamp(), 0);
        if (first != 0 && Stopwatch.GetElapsedTime(first) < Grace) return;
        throw new CellStoppedException();
    }

    /// <summary>Ends the waits in which threads of the cell are.</summary>
    public void InterruptWaits()
    {
        lock (_threads)
            foreach (var thread in _threads.Keys.Where(thread => (thread.ThreadState & System.Threading.ThreadState.WaitSleepJoin) != 0).ToList())
            {
                _threads[thread] = true;
                thread.Interrupt();
            }
    }

    static void Changed(AsyncLocalValueChangedArgs<CellContext?> change)
    {
        change.PreviousValue?.Leaves(Thread.CurrentThread);
        change.CurrentValue?.Enters(Thread.CurrentThread);
    }

    void Enters(Thread thread)
    {
        lock (_threads) _threads[thread] = false;
        if (CellChecks.LowestAddress == 0) CellChecks.LowestAddress = ThreadStack.LowestAddress();
        if (_stopping) CellChecks.Requested = true;
    }

    // An interrupt that came too late must not hit whatever the thread does next.
    void Leaves(Thread thread)
    {
        lock (_threads)
            if (!_threads.Remove(thread, out var interrupted) || !interrupted) return;
        try { Thread.Sleep(1); }
        catch (ThreadInterruptedException) { }
    }

    public void Dispose() => Flow.Value = null;
}
