namespace MimKit.Data;

/// <summary>Images that a training loop reads, wherever they lie: <see cref="ImageSet"/> in memory, <see cref="FileImages"/> on the disk.</summary>
public interface IImages
{
    DataManifest Manifest { get; }
    string Name { get; }
    string Split { get; }

    /// <summary>How many.</summary>
    int Count { get; }

    /// <summary>sha256 of what identifies them, in hexadecimal.</summary>
    string Digest { get; }

    /// <summary>Batches in an order that follows from (seed, epoch) alone.</summary>
    /// <param name="batchSize">images a batch, over all ranks</param>
    /// <param name="seed">of the order and of what is drawn for each image</param>
    /// <param name="dropLast">leaves out the last, smaller batch of an epoch</param>
    /// <param name="rank">which slice of every batch is read here, from 0</param>
    /// <param name="ranks">slices a batch is cut into; together they are the batch, each image once</param>
    /// <exception cref="ArgumentOutOfRangeException">No image fits into a batch, no batch into an epoch, or there is no such rank.</exception>
    IBatches Batches(int batchSize, ulong seed, bool dropLast = true, int rank = 0, int ranks = 1);
}

/// <summary>The batches of a set of images, epoch after epoch; an epoch may be entered at any batch.</summary>
public interface IBatches
{
    /// <summary>Images a batch, over all ranks.</summary>
    int BatchSize { get; }

    int BatchesPerEpoch { get; }

    /// <summary>The batches of one epoch. A batch's tensors live until the next batch is asked for; clone what must stay longer.</summary>
    /// <param name="epoch">from 0</param>
    /// <param name="firstBatch">where to start in it: a run that resumes</param>
    IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0);
}

/// <summary>How a batch is cut for ranks, and where its numbers are refused.</summary>
internal static class BatchSlices
{
    /// <summary>The first place of a rank's slice of so many images; the next rank's is its end.</summary>
    public static int Cut(int length, int rank, int ranks) => (int)((long)length * rank / ranks);

    /// <returns>batches an epoch</returns>
    public static int Check(object set, int count, int batchSize, bool dropLast, int rank, int ranks)
    {
        if (ranks < 1 || rank < 0 || rank >= ranks) throw new ArgumentOutOfRangeException(nameof(rank), $"There is no rank {rank} of {ranks}.");
        if (batchSize < 1) throw new ArgumentOutOfRangeException(nameof(batchSize), $"A batch holds at least one image, asked for {batchSize}.");
        var batches = dropLast ? count / batchSize : (count + batchSize - 1) / batchSize;
        return batches > 0 ? batches : throw new ArgumentOutOfRangeException(nameof(batchSize), $"{set} does not fill one batch of {batchSize}; take a smaller batch or dropLast: false.");
    }
}
