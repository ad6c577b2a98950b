namespace MimKit.Runtime;

/// <summary>What long work observes without being handed it: the host (a notebook cell, Ctrl-C) sets it, a training loop reads it.</summary>
public static class Ambient
{
    private static readonly AsyncLocal<CancellationToken> Token = new();

    /// <summary>Asked between steps; follows <c>await</c> and new tasks.</summary>
    public static CancellationToken Cancellation { get => Token.Value; set => Token.Value = value; }
}
