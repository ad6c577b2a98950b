using MimKit.Data;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Evaluation;

/// <summary>A method's own loss on images that it was not trained on: what stands beside a loss X-ray.</summary>
public static class HeldOut
{
    const int MaskEpoch = int.MaxValue;            // masks of no training epoch

    /// <summary>The mean loss over a set, without gradients, masks drawn from the seed.</summary>
    /// <param name="subject">Trained or not.</param>
    /// <param name="set">Held-out images.</param>
    /// <param name="seed">Of the masks.</param>
    /// <param name="batchSize">Images at a time.</param>
    public static double Loss(ITrainable subject, ImageSet set, ulong seed = 0, int batchSize = 250)
    {
        using var off = no_grad();
        var (sum, images) = (0.0, 0);
        foreach (var places in Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(batchSize))
        {
            using var scope = NewDisposeScope();
            sum += subject.Step(Batch.Of(set, places), new Draw(seed, MaskEpoch, places)).ToDouble() * places.Length;
            images += places.Length;
        }
        return sum / images;
    }
}
