namespace MimKit.Notebook.Tests;

/// <summary>What a host sets around each cell: here the token, as an async-local.</summary>
public static class Ambient
{
    static readonly AsyncLocal<CancellationToken> Flow = new();

    public static CancellationToken Token => Flow.Value;

    /// <summary>How many cells were left again since the last entry.</summary>
    public static int Left { get; private set; }

    public static IDisposable Enter(CancellationToken token)
    {
        (Flow.Value, Left) = (token, 0);
        return new Leave();
    }

    sealed class Leave : IDisposable
    {
        public void Dispose() => Left++;
    }
}
