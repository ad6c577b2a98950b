using MimKit.Data;
using MimKit.Metrics;
using MimKit.Runtime;

namespace MimKit;

/// <summary>What is left of a teacher's tokens when they are morphed to a number of tokens.</summary>
/// <param name="Tokens">n, of N.</param>
/// <param name="PatchSimilarity">Mean cosine between the morphed features of two patches of one image: spatial consistency.</param>
/// <param name="Detail">Mean cosine of a patch's own feature with its group's: what the denoising costs.</param>
/// <param name="PrototypeAccuracy">Share of patches whose morphed feature is nearest to the mean feature of the image's class; a proxy for zero-shot accuracy.</param>
public sealed record ConsistencyPoint(int Tokens, double PatchSimilarity, double Detail, double PrototypeAccuracy);

/// <summary>
/// DTM's pilot study (Kim et al., ICLR 2025, section 3; METHODS 4.3): a teacher's tokens before and after morphing, from token by token to one token an image. The paper
/// measures zero-shot accuracy with CLIP's text head; where there is none, nearest class prototypes stand in, and tables say so.
/// </summary>
public static class SpatialConsistency
{
    private const int BatchSize = 250;

    /// <summary>The curve over the number of tokens.</summary>
    /// <param name="teacher">Gives vectors.</param>
    /// <param name="train">Where class prototypes are taken.</param>
    /// <param name="heldOut">Where tokens are measured.</param>
    /// <param name="tokens">Numbers of tokens; by itself N, half of it, a quarter, … 1.</param>
    /// <param name="rounds">k of every morphing.</param>
    public static IReadOnlyList<ConsistencyPoint> Curve(Target teacher, ImageSet train, ImageSet heldOut, IReadOnlyList<int>? tokens = null, int rounds = 4)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var prototypes = Prototypes(teacher, train);                               // [classes, D], unit length
        return [.. (tokens ?? Halvings(teacher.Grid.Count)).Select(n => Point(teacher, heldOut, DynamicMorphing.Fixed(n, rounds), prototypes))];
    }

    /// <summary>The curve as a table.</summary>
    public static MetricTable Table(string teacher, IReadOnlyList<ConsistencyPoint> curve) => new(
        $"Morphing the tokens of {teacher}: denoising against detail", ["tokens", "patch-wise similarity", "detail kept", "prototype accuracy (proxy)"],
        [.. curve.Select(point => new object?[] { point.Tokens, point.PatchSimilarity, point.Detail, point.PrototypeAccuracy })],
        "similarity: mean cosine of two patches of an image after morphing; detail: mean cosine of a patch with its group; prototype accuracy: patches nearest to their class's mean feature, in the place of zero-shot accuracy.");

    private static IReadOnlyList<int> Halvings(int count)
    {
        var sizes = new List<int>();
        for (var n = count; n > 1; n /= 2) sizes.Add(n);
        return [.. sizes, 1];
    }

    internal static Tensor Prototypes(Target teacher, ImageSet train)
    {
        var (sums, labels) = (zeros([train.ClassCount, teacher.Size]), train.Labels);
        foreach (var places in Batches(train))
        {
            using var scope = NewDisposeScope();
            var features = F.normalize(teacher.Of(Batch.Of(train, places).Images).Values.to(float32), dim: -1).mean([1]);       // [B, D]
            sums.index_add_(0, tensor([.. places.Select(place => (long)labels[place])]), features, 1);
        }
        return F.normalize(sums, dim: -1);
    }

    /// <summary>One point: of a grouping's morphed tokens, each place given its group's mean.</summary>
    /// <param name="teacher">Gives vectors.</param>
    /// <param name="heldOut">Where tokens are measured.</param>
    /// <param name="morphing">Makes the groups; of several draws the first counts.</param>
    /// <param name="classes">[classes, D] unit vectors, to the nearest of which a patch is assigned.</param>
    internal static ConsistencyPoint Point(Target teacher, ImageSet heldOut, Morphing morphing, Tensor classes)
    {
        var (similarity, detail, right, labels, groups) = (0.0, 0.0, 0.0, heldOut.Labels, 0);
        foreach (var places in Batches(heldOut))
        {
            using var scope = NewDisposeScope();
            var (v, spread, count) = Morphed(teacher, heldOut, morphing, places);
            var morphed = F.normalize(spread, dim: -1);
            long N = v.size(1);
            var all = morphed.sum(1).square().sum(-1);                                                                          // Σ of all pairs of cosines, the patch with itself included
            similarity += ((all - N) / Math.Max(1, N * (N - 1))).sum().ToDouble();
            detail += (F.normalize(v, dim: -1) * morphed).sum(-1).mean([1]).sum().ToDouble();
            var own = tensor([.. places.Select(place => (long)labels[place])]).unsqueeze(1);
            right += morphed.matmul(classes.t()).argmax(-1).eq(own).to(float32).mean([1]).sum().ToDouble();
            groups = count;
        }
        return new(groups, similarity / heldOut.Count, detail / heldOut.Count, right / heldOut.Count);
    }

    /// <summary>A teacher's tokens [B, N, D] before and after morphing, and how many groups there are.</summary>
    internal static (Tensor Before, Tensor After, int Groups) Morphed(Target teacher, ImageSet set, Morphing morphing, long[] places)
    {
        var v = teacher.Of(Batch.Of(set, places).Images).Values.to(float32);
        var grouping = morphing.Draw(v, new Draw(0, 0, places))[0];
        return (v, grouping.Spread(grouping.Mean(v)), grouping.Count);
    }

    internal static IEnumerable<long[]> Batches(ImageSet set) => Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(BatchSize);
}
