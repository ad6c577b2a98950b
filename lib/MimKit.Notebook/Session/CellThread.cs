using System.Collections.Concurrent;

namespace MimKit.Notebook;

/// <summary>
/// The one thread on which cells start: native libraries keep a thread pool per calling thread, and deep recursion gets a larger stack.
/// There is no synchronization context, so that <c>task.Result</c> in a cell does not deadlock; after an await a cell goes on in the thread pool.
/// </summary>
sealed class CellThread : IDisposable
{
    const int StackBytes = 16 << 20;
    readonly BlockingCollection<Action> _queue = [];

    public CellThread() =>
        new Thread(Loop, StackBytes) { IsBackground = true, Name = "cells" }.Start();

    void Loop()
    {
        foreach (var action in _queue.GetConsumingEnumerable()) action();
    }

    /// <summary>Starts the work on the thread, in the caller's execution context.</summary>
    public Task<T> Run<T>(Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var context = ExecutionContext.Capture();
        _queue.Add(() =>
        {
            if (context is null) Start();
            else ExecutionContext.Run(context, _ => Start(), null);
        });
        return done.Task;

        async void Start()
        {
            try { done.SetResult(await work().ConfigureAwait(false)); }
            catch (Exception e) { done.SetException(e); }
        }
    }

    public void Dispose() => _queue.CompleteAdding();
}
