using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>
/// What predictors without a network reach in a method's own loss, with its own masks, morphing and objective: the place of a patch alone decides. A model has learnt
/// from what it sees only what lies below. For ids the prediction is the log frequency of every code, for vectors their mean.
/// </summary>
/// <param name="Everywhere">The same prediction at all places.</param>
/// <param name="ByPlace">One prediction a place.</param>
public sealed record TrivialLoss(double Everywhere, double ByPlace)
{
    private const int BatchSize = 250, MaskEpoch = int.MaxValue;                   // the masks of HeldOut.Loss

    /// <summary>The lower of the two.</summary>
    public double Best => Math.Min(Everywhere, ByPlace);

    /// <summary>How far below the best trivial predictor a loss lies, as a share of it.</summary>
    public double Gain(double loss) => (Best - loss) / Best;

    /// <summary>Fits on one set, measures on another.</summary>
    /// <param name="method">Whose terms are measured; a term without a target is left out.</param>
    /// <param name="train">Where frequencies and means are taken.</param>
    /// <param name="heldOut">Where they are measured.</param>
    /// <param name="seed">Of the masks.</param>
    public static TrivialLoss Of(Method method, ImageSet train, ImageSet heldOut, ulong seed = 0)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var targets = method.Terms.Where(term => term.Target is not NoTarget).Select(term => term.Target).Distinct().ToDictionary(target => target, target => Fitted(target, train));
        return new(Measured(method, targets.ToDictionary(pair => pair.Key, pair => pair.Value.mean([0], keepdim: true).expand(pair.Value.shape)), heldOut, seed), Measured(method, targets, heldOut, seed));
    }

    // [N, outputs]: means of vectors, or frequencies of codes
    private static Tensor Fitted(Target target, ImageSet train)
    {
        Tensor? sum = null;
        var images = 0;
        foreach (var places in Batches(train))
        {
            using var scope = NewDisposeScope();
            var values = target.Of(Batch.Of(train, places).Images).Values;
            var one = values.ndim == 3 ? values.to(float64).sum([0L]) : nn.functional.one_hot(values, target.Size).to(float64).sum([0L]);
            var before = sum;
            sum = (before is null ? one : before + one).MoveToOuterDisposeScope();
            before?.Dispose();
            images += places.Length;
        }
        return sum!.div(images).to(float32);
    }

    private static double Measured(Method method, IReadOnlyDictionary<Target, Tensor> predictions, ImageSet heldOut, ulong seed)
    {
        var (sum, images) = (0.0, 0);
        foreach (var places in Batches(heldOut))
        {
            using var scope = NewDisposeScope();
            var draw = new Draw(seed, MaskEpoch, places);
            var views = method.Views.Draw(Batch.Of(heldOut, places), draw);
            var mask = method.Masking.Draw(method.Predictor.Grid, draw, () => method.Predictor.AttentionWeights(views.Student).select(2, 0).narrow(2, 1, method.Predictor.Grid.Count).mean([1]));
            foreach (var term in method.Terms.Where(term => predictions.ContainsKey(term.Target)))
            {
                var values = term.Target.Of(views.Target);
                var prediction = values.Values.ndim == 3 ? predictions[term.Target] : (predictions[term.Target] + 1.0 / heldOut.Count).log();    // a code never seen has a chance
                var tokens = cat([zeros(1, prediction.size(1)), prediction], 0).unsqueeze(0).expand(places.Length, -1, -1).contiguous();        // [B, 1 + N, outputs]
                sum += term.Loss(new Dictionary<Output, Latents> { [term.Output] = new(tokens, head => head) }, values, mask, draw).ToDouble() * places.Length;
            }
            images += places.Length;
        }
        return sum / images;
    }

    private static IEnumerable<long[]> Batches(ImageSet set) => Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(BatchSize);
}
