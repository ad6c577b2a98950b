namespace MimKit.Runtime;

/// <summary>
/// Processes that train one model together, each with a part of every batch: the five calls that everything above is made of. Every
/// rank makes the same calls in the same order; a call that cannot end because a rank is gone throws <see cref="RankLostException"/>.
/// </summary>
public interface IProcessGroup : IDisposable
{
    /// <summary>This process, from 0.</summary>
    int Rank { get; }

    /// <summary>Processes in all.</summary>
    int Size { get; }

    /// <summary>Begins to replace a tensor by its sum over all ranks, in place.</summary>
    /// <param name="tensor">Dense, the same shape and dtype on every rank; untouched until the result has been called.</param>
    /// <returns>What waits for the sum; call it once.</returns>
    Action AllReduce(Tensor tensor);

    /// <summary>Replaces a tensor by the one that <paramref name="root"/> has, in place.</summary>
    void Broadcast(Tensor tensor, int root = 0);

    /// <summary>The tensor of every rank, by rank; the caller's to dispose.</summary>
    Tensor[] AllGather(Tensor tensor);

    /// <summary>Returns when every rank has called it.</summary>
    void Barrier();

    /// <summary>Gives up: the other ranks stop at their current call and say this rank and this reason. Nothing may be called after it but Dispose.</summary>
    void Abort(string reason);
}

/// <summary>Another rank stopped or died, so this one cannot go on. The message names it and its reason.</summary>
public sealed class RankLostException(string message, Exception? inner = null) : Exception(message, inner);
