namespace MimKit.Notebook;

/// <summary>
/// Stops a running cell when its token is cancelled, by degrees: loops and functions at their next check, waits after a second, awaits that do
/// not end are given up. What cannot be stopped is said to be so. The session and its variables stay.
/// </summary>
sealed class StopRequest : IDisposable
{
    static readonly TimeSpan UntilWaitsEnd = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan UntilReport = TimeSpan.FromSeconds(3);

    readonly CellContext _cell;
    readonly CancellationTokenRegistration _registration;
    readonly CancellationTokenSource _ended = new();

    public StopRequest(CellContext cell, CancellationToken token)
    {
        _cell = cell;
        _registration = token.Register(Stop);
    }

    void Stop()
    {
        _cell.Stop();
        using (ExecutionContext.SuppressFlow()) _ = Task.Run(Escalate);
    }

    async Task Escalate()
    {
        var asked = DateTime.UtcNow;
        var reported = false;
        try
        {
            await Task.Delay(UntilWaitsEnd, _ended.Token).ConfigureAwait(false);
            for (var idle = 0; ; await Task.Delay(Again, _ended.Token).ConfigureAwait(false))
            {
                if (!_cell.IsLeftAlone)
                {
                    idle = _cell.IsRunning ? 0 : idle + 1;
                    if (idle == 2) _cell.Abandon();
                    _cell.InterruptWaits();
                }
                if (reported || DateTime.UtcNow - asked < UntilReport) continue;
                reported = true;
                _cell.Sink.Write(CellStream.Error, "The cell does not stop yet: it is in a native call, or in a library that takes no notice. It stops when that call " +
                    "returns; restarting the kernel ends it at once and loses the variables.\n");
            }
        }
        catch (OperationCanceledException) { }             // the cell has ended
    }

    public void Dispose()
    {
        _registration.Dispose();
        _ended.Cancel();
    }
}
