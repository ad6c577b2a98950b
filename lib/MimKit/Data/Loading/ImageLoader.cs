using System.Collections.Concurrent;
using System.Diagnostics;
using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>
/// Batches of image files: threads decode and transform sample after sample into a ring of a few batches' tensors; where the consumer is slower they
/// wait. Order and content follow from (seed, epoch) alone, whatever the number of threads, and an epoch may be entered at any batch.
/// </summary>
public sealed class ImageLoader : IBatches
{
    private readonly ImageSource _source;
    private readonly SampleViews _views;
    private readonly ulong _seed;
    private readonly int _rank, _ranks;
    private readonly ConcurrentDictionary<long, string> _unreadable = new();

    /// <param name="views">what is made of every image</param>
    /// <param name="batchSize">images a batch, over all ranks</param>
    /// <param name="dropLast">leaves out the last, smaller batch of an epoch</param>
    /// <param name="rank">which slice of every batch is read here, from 0</param>
    /// <param name="ranks">slices a batch is cut into; together they are the batch, each image once</param>
    /// <exception cref="ArgumentOutOfRangeException">No image fits into a batch, no batch into an epoch, or there is no such rank.</exception>
    public ImageLoader(ImageSource source, SampleViews views, int batchSize, ulong seed, bool dropLast = true, int rank = 0, int ranks = 1)
    {
        BatchesPerEpoch = BatchSlices.Check(source, source.Count, batchSize, dropLast, rank, ranks);
        (_source, _views, _seed, BatchSize, _rank, _ranks) = (source, views, seed, batchSize, rank, ranks);
    }

    /// <summary>Images a batch, over all ranks.</summary>
    public int BatchSize { get; }
    public int BatchesPerEpoch { get; }

    /// <summary>Threads that decode; default: one a core.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Batches that may be ready before they are asked for.</summary>
    public int Ahead { get; init; } = 2;

    public CorruptImages OnCorrupt { get; init; } = CorruptImages.Fail;

    /// <summary>Images that could not be read and were replaced, with the reason. By place in the source.</summary>
    public IReadOnlyDictionary<long, string> Unreadable => _unreadable;

    /// <summary>Share of the time since an epoch's first batch was asked for that the consumer spent waiting.</summary>
    public double DataWait { get; private set; }

    /// <summary>The batches of one epoch. A batch's tensors live until the next one is asked for, and their memory is then filled anew: clone what must stay longer.</summary>
    /// <param name="epoch">from 0</param>
    /// <param name="firstBatch">where to start in it: a run that resumes</param>
    /// <exception cref="DataException">An image cannot be read and <see cref="OnCorrupt"/> is Fail; the message names it.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        if (epoch < 0 || firstBatch < 0 || firstBatch > BatchesPerEpoch)
            throw new ArgumentOutOfRangeException(nameof(firstBatch), $"Epoch {epoch}, batch {firstBatch} is outside epochs of {BatchesPerEpoch} batches.");
        return Batches(epoch, firstBatch);
    }

    private IEnumerable<Batch> Batches(int epoch, int firstBatch)
    {
        var order = Own(_source.Order(_seed, epoch));
        var image = _source.Manifest.Image;
        var (watch, waiting) = (Stopwatch.StartNew(), new Stopwatch());
        using var ring = new BatchRing(order.Length, Slice(BatchSize), firstBatch, BatchesPerEpoch, Ahead + 1, _views.Sides, image.Channels);
        var normalisation = new Normalisation(image);
        ring.Start(Threads, (number, slot, place) => Fill(order[number], epoch, slot, place, normalisation));
        for (var b = firstBatch; b < BatchesPerEpoch; b++)
        {
            waiting.Start();
            var slot = ring.Wait(b, Ambient.Cancellation);
            waiting.Stop();
            DataWait = waiting.Elapsed.TotalSeconds / watch.Elapsed.TotalSeconds;
            var count = ring.CountOf(b);
            var views = Array.ConvertAll(slot.Views, view => view.narrow(0, 0, count));            // of the ring's own memory: nothing is copied
            using (var batch = new Batch(views[0], tensor(slot.Labels[..count]), slot.Indices[..count]) { More = views[1..] }) yield return batch;
            ring.Release(b);
        }
    }

    private int Slice(int length) => BatchSlices.Cut(length, _rank + 1, _ranks) - BatchSlices.Cut(length, _rank, _ranks);

    // this rank's slices of all batches, one after the other; only the last may be shorter
    private long[] Own(long[] order) => _ranks == 1 ? order : [.. order.Chunk(BatchSize).Take(BatchesPerEpoch).SelectMany(batch => batch.Skip(BatchSlices.Cut(batch.Length, _rank, _ranks)).Take(Slice(batch.Length)))];

    private void Fill(long index, int epoch, BatchRing.Slot slot, int place, Normalisation normalisation)
    {
        for (var tried = 0; ; tried++, index = (index + 1) % _source.Count)
        {
            try
            {
                var draw = new SampleDraw(_seed, epoch, index);
                var image = new EncodedImage(_source.Read((int)index), _source.NameOf((int)index), _source.Manifest.Image.Channels);
                Span<float> Planes(int v) => slot.Planes(v, place, image.Channels * _views.Sides[v] * _views.Sides[v]);
                var pictures = _views.TryPlanes(image, draw, normalisation, Planes(0)) ? null : _views.Make(image, draw);
                for (var v = 0; v < _views.Sides.Count; v++)
                {
                    if (pictures is not null) normalisation.ToPlanes(pictures[v], Planes(v));
                    _views.Finish(Planes(v), image.Channels, _views.Sides[v], draw);
                }
                (slot.Labels[place], slot.Indices[place]) = (_source.Labels[index], index);
                return;
            }
            catch (DataException problem) when (OnCorrupt == CorruptImages.Skip && tried < _source.Count)
            {
                _unreadable[index] = problem.Message;
            }
        }
    }
}
