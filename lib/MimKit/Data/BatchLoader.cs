using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>Batches of an image set in an order that follows from (seed, epoch) alone, so a resumed run sees what it would have seen.</summary>
public sealed class BatchLoader : IBatches
{
    private readonly ImageSet _set;
    private readonly ulong _seed;
    private readonly int _rank, _ranks;

    /// <param name="set">The images.</param>
    /// <param name="batchSize">Images a batch, over all ranks.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="dropLast">Leaves out the last, smaller batch of an epoch.</param>
    /// <param name="rank">Which slice of every batch is read here, from 0.</param>
    /// <param name="ranks">Slices a batch is cut into, as equal as they can be; together they are the batch, each image once.</param>
    /// <exception cref="ArgumentOutOfRangeException">No image fits into a batch, no batch into an epoch, or there is no such rank.</exception>
    public BatchLoader(ImageSet set, int batchSize, ulong seed, bool dropLast = true, int rank = 0, int ranks = 1)
    {
        BatchesPerEpoch = BatchSlices.Check(set, set.Count, batchSize, dropLast, rank, ranks);
        (_set, BatchSize, _seed, _rank, _ranks) = (set, batchSize, seed, rank, ranks);
    }

    /// <summary>Images a batch, over all ranks.</summary>
    public int BatchSize { get; }
    public int BatchesPerEpoch { get; }

    /// <summary>The batches of one epoch. A batch's tensors live until the next batch is asked for; clone what must stay longer.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="firstBatch">Where to start in it: a run that resumes.</param>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        if (epoch < 0 || firstBatch < 0 || firstBatch > BatchesPerEpoch)
            throw new ArgumentOutOfRangeException(nameof(firstBatch), $"Epoch {epoch}, batch {firstBatch} is outside epochs of {BatchesPerEpoch} batches.");
        return Batches(Order(epoch), firstBatch);
    }

    /// <summary>The order of one epoch: places in the image set.</summary>
    public long[] Order(int epoch) => Draw.Order(_seed, epoch, _set.Count);

    private IEnumerable<Batch> Batches(long[] order, int firstBatch)
    {
        for (var b = firstBatch; b < BatchesPerEpoch; b++)
        {
            var first = b * BatchSize;
            var whole = order.AsSpan(first, Math.Min(BatchSize, order.Length - first));
            using var batch = Batch.Of(_set, whole[BatchSlices.Cut(whole.Length, _rank, _ranks)..BatchSlices.Cut(whole.Length, _rank + 1, _ranks)]);      // also where the caller stops in the middle
            yield return batch;
        }
    }
}
