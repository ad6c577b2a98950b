namespace MimKit.Notebook;

/// <summary>Which cell the running code belongs to. It travels with async flow, so that late output still reaches its own cell.</summary>
sealed class CellContext : IDisposable
{
    static readonly AsyncLocal<CellContext?> Flow = new();

    CellContext(IOutputSink sink) => Sink = sink;

    public IOutputSink Sink { get; }

    public static CellContext? Current => Flow.Value;

    public static CellContext Enter(IOutputSink sink) => Flow.Value = new CellContext(sink);

    /// <summary>Code that a sink calls is the host's, not the cell's: what it prints goes to the terminal.</summary>
    public static void Outside(Action hostCode)
    {
        var saved = Flow.Value;
        Flow.Value = null;
        try { hostCode(); }
        finally { Flow.Value = saved; }
    }

    public void Dispose() => Flow.Value = null;
}
