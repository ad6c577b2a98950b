using System.Diagnostics;
using MimKit.Data;

namespace MimKit.Evaluation;

/// <summary>
/// A classifier with the scale that it wants its pixels in, so that normalisation is inside: what attacks and corruptions measure. It must let gradients through
/// for attacks; every other measurement switches them off itself.
/// </summary>
/// <param name="Name">As tables say it.</param>
/// <param name="Logits">[B, C, H, W] float32, normalised, to [B, K].</param>
/// <param name="Scale">Of its images.</param>
public sealed record Classifier(string Name, Func<Tensor, Tensor> Logits, InputScale Scale)
{
    private const int BatchSize = 250;

    /// <summary>Logits of pixels on the scale 0 to 1.</summary>
    /// <param name="pixels">[B, C, H, W] float32</param>
    /// <returns>[B, K] float32</returns>
    public Tensor OfPixels(Tensor pixels) => Logits(Scale.From(pixels, InputScale.ZeroToOne, (int)pixels.size(1))).to(float32);

    /// <summary>Reads a set once.</summary>
    public Evaluated Read(ImageSet set, string measure) => Read(Batches(set), measure, $"{set.Name} {set.Split}", set.Count);

    /// <summary>Reads batches of normalised images once.</summary>
    /// <param name="batches">of the classifier's own scale</param>
    /// <param name="measure">what is measured</param>
    /// <param name="source">the set</param>
    /// <param name="count">images in all; places in a batch are below it</param>
    /// <param name="seen">what the classifier sees of a batch; null: its images</param>
    /// <exception cref="InvalidDataException">The classifier gives NaN.</exception>
    public Evaluated Read(IEnumerable<Batch> batches, string measure, string source, int count, Func<Batch, Tensor>? seen = null)
    {
        using var off = no_grad();
        var (start, correct) = (Stopwatch.GetTimestamp(), new bool[count]);
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            var logits = Logits(seen is null ? batch.Images : seen(batch)).to(float32);
            if (logits.isnan().any().ToBoolean()) throw new InvalidDataException($"{Name} gives NaN on {source}; its training diverged.");
            var right = Right(logits, batch.Labels);
            for (var i = 0; i < right.Length; i++) correct[batch.Indices[i]] = right[i];
        }
        return new(measure, source, correct, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>[B] whether the largest logit is the label's.</summary>
    internal static bool[] Right(Tensor logits, Tensor labels) => logits.argmax(1).eq(labels).ToArray<bool>();

    /// <summary>A set's batches in its order.</summary>
    internal static IEnumerable<Batch> Batches(ImageSet set)
    {
        foreach (var places in Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(BatchSize))
        {
            using var batch = Batch.Of(set, places);
            yield return batch;
        }
    }
}
