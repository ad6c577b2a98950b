using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>Batches of an image set in an order that follows from (seed, epoch) alone, so a resumed run sees what it would have seen.</summary>
public sealed class BatchLoader
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
        if (ranks < 1 || rank < 0 || rank >= ranks) throw new ArgumentOutOfRangeException(nameof(rank), $"There is no rank {rank} of {ranks}.");
        (_rank, _ranks) = (rank, ranks);
        if (batchSize < 1) throw new ArgumentOutOfRangeException(nameof(batchSize), $"A batch holds at least one image, asked for {batchSize}.");
        (_set, BatchSize, _seed) = (set, batchSize, seed);
        BatchesPerEpoch = dropLast ? set.Count / batchSize : (set.Count + batchSize - 1) / batchSize;
        if (BatchesPerEpoch == 0)
            throw new ArgumentOutOfRangeException(nameof(batchSize), $"{set} does not fill one batch of {batchSize}; take a smaller batch or dropLast: false.");
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
            using var batch = Batch.Of(_set, whole[Cut(whole.Length, _rank)..Cut(whole.Length, _rank + 1)]);      // also where the caller stops in the middle
            yield return batch;
        }
    }

    private int Cut(int length, int rank) => (int)((long)length * rank / _ranks);
}
