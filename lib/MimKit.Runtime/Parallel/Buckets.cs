namespace MimKit.Runtime;

/// <summary>Collectives over many tensors at once.</summary>
public static class Buckets
{
    /// <summary>Bytes of float32 that travel together: as PyTorch's DistributedDataParallel.</summary>
    public const long Bytes = 25 << 20;

    /// <summary>
    /// Replaces every tensor by its sum over all ranks, in place, float32 on the way. Small tensors travel together; while one bucket is
    /// under way the next is filled.
    /// </summary>
    /// <param name="ranks">Who sums.</param>
    /// <param name="tensors">The same shapes in the same order on every rank.</param>
    /// <param name="bytes">Of a bucket.</param>
    public static void SumInPlace(this IProcessGroup ranks, IEnumerable<Tensor> tensors, long bytes = Bytes)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var sent = Filled(tensors, bytes).Select(bucket =>
        {
            var flat = cat(bucket.ConvertAll(tensor => tensor.to(float32).reshape(-1)));
            return (Bucket: bucket, Flat: flat, Wait: ranks.AllReduce(flat));
        }).ToList();
        foreach (var (bucket, flat, wait) in sent)
        {
            wait();
            var place = 0L;
            foreach (var tensor in bucket)
            {
                tensor.copy_(flat.narrow(0, place, tensor.numel()).reshape(tensor.shape));
                place += tensor.numel();
            }
        }
    }

    /// <summary>Replaces every tensor by rank 0's.</summary>
    /// <param name="ranks">Who takes part.</param>
    /// <param name="tensors">The same shapes and dtypes in the same order on every rank.</param>
    public static void CopyFromFirst(this IProcessGroup ranks, IEnumerable<Tensor> tensors)
    {
        using var off = no_grad();
        foreach (var tensor in tensors)
        {
            using var scope = NewDisposeScope();
            var dense = tensor.detach().contiguous();
            ranks.Broadcast(dense);
            if (ranks.Rank != 0) tensor.copy_(dense);
        }
    }

    internal static IEnumerable<List<Tensor>> Filled(IEnumerable<Tensor> tensors, long bytes)
    {
        var (bucket, filled) = (new List<Tensor>(), 0L);
        foreach (var tensor in tensors)
        {
            bucket.Add(tensor);
            filled += tensor.numel() * sizeof(float);
            if (filled < bytes) continue;
            yield return bucket;
            (bucket, filled) = ([], 0L);
        }
        if (bucket.Count > 0) yield return bucket;
    }
}
