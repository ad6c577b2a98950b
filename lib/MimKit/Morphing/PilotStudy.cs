using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Metrics;

namespace MimKit;

/// <summary>One way of aggregating a teacher's tokens, measured.</summary>
/// <param name="Morphing">How they were grouped.</param>
/// <param name="Point">Spatial consistency, detail and the labelled proxy of zero-shot accuracy.</param>
/// <param name="LinearProbe">Accuracy of a linear layer on single morphed patches, on test.</param>
/// <param name="ZeroShot">Share of patches nearest to their class's text feature; null where there is no text head.</param>
public sealed record PilotRow(string Morphing, ConsistencyPoint Point, double LinearProbe, double? ZeroShot);

/// <summary>
/// The study that DTM starts from (Kim et al., ICLR 2025, section 3; METHODS 4.6: with CLIP, 98 of 196 tokens, zero-shot 26.5 → 30.8, linear 44.2 → 46.3, similarity
/// 0.53 → 0.56, second-hand): do a teacher's tokens tell more, and agree more, after similar ones are aggregated to half their number?
/// </summary>
public static class PilotStudy
{
    private const int PatchesOfAnImage = 4;                                        // that the probe reads; over the images all places are read alike

    /// <summary>Token by token, then half the tokens by matching, by k-means, and by superpixels of about as many.</summary>
    /// <param name="patches">N, of a square grid</param>
    /// <param name="rounds">k of the matching</param>
    public static IReadOnlyList<Morphing> ToHalf(int patches, int rounds = 4) =>
        [Morphing.None, DynamicMorphing.Fixed((patches + 1) / 2, rounds), new KMeansMorphing((patches + 1) / 2), new SuperpixelMorphing((int)Math.Round(Math.Sqrt(patches / 2.0)))];

    /// <summary>Measures a teacher's tokens under several groupings.</summary>
    /// <param name="teacher">Gives vectors.</param>
    /// <param name="data">Prototypes and probes are fitted on train, strengths chosen on val, test is read once a row and measure.</param>
    /// <param name="morphings">By itself <see cref="ToHalf"/>.</param>
    /// <param name="classText">[classes, D]: what CLIP's text head says of each class, in the space of the teacher's features; null: no zero-shot column.</param>
    public static IReadOnlyList<PilotRow> Run(Target teacher, DataSplits data, IReadOnlyList<Morphing>? morphings = null, Tensor? classText = null)
    {
        if (classText is not null && (classText.size(0) != data.Train.ClassCount || classText.size(1) != teacher.Size))
            throw new ArgumentException($"classText is [{string.Join(", ", classText.shape)}]; wanted [{data.Train.ClassCount}, {teacher.Size}]: a text feature a class, in the space of the teacher's features.");
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (prototypes, text) = (SpatialConsistency.Prototypes(teacher, data.Train), classText is null ? null : F.normalize(classText.to(float32), dim: -1));
        return
        [
            .. (morphings ?? ToHalf(teacher.Grid.Count)).Select(morphing => new PilotRow($"{morphing}", SpatialConsistency.Point(teacher, data.Test, morphing, prototypes),
                LinearProbe.Fit(Patches(teacher, data.Train, morphing), Patches(teacher, data.Val, morphing), Patches(teacher, data.Test, morphing)).Accuracy,
                text is null ? null : SpatialConsistency.Point(teacher, data.Test, morphing, text).PrototypeAccuracy)),
        ];
    }

    /// <summary>The rows as a table.</summary>
    public static MetricTable Table(string teacher, IReadOnlyList<PilotRow> rows) => new(
        $"Aggregating the tokens of {teacher}", ["aggregation", "tokens", "patch-wise similarity", "detail kept", "linear probe of a patch", "prototype accuracy (proxy)", "zero-shot"],
        [.. rows.Select(row => new object?[] { row.Morphing, row.Point.Tokens, row.Point.PatchSimilarity, row.Point.Detail, row.LinearProbe, row.Point.PrototypeAccuracy, row.ZeroShot ?? double.NaN })],
        "similarity: mean cosine of two patches of an image; detail: mean cosine of a patch with its group; prototype accuracy: patches nearest to their class's mean feature, in the place of zero-shot accuracy where the teacher has no text head.");

    // [n · 4, D]: morphed patches as examples of their image's class
    private static FeatureSet Patches(Target teacher, ImageSet set, Morphing morphing)
    {
        var (n, chosen) = (teacher.Grid.Count, new List<Tensor>());
        foreach (var places in SpatialConsistency.Batches(set))
        {
            using var scope = NewDisposeScope();
            var after = SpatialConsistency.Morphed(teacher, set, morphing, places).After;
            var ids = tensor([.. from place in places from k in Enumerable.Range(0, PatchesOfAnImage) select (place + k * n / PatchesOfAnImage) % n], [places.Length, PatchesOfAnImage, 1]);
            chosen.Add(after.gather(1, ids.expand(-1, -1, after.size(2))).flatten(0, 1).MoveToOuterDisposeScope());
        }
        return new(cat(chosen, 0), [.. set.Labels.SelectMany(label => Enumerable.Repeat(label, PatchesOfAnImage))], $"{set.Name} {set.Split}, {PatchesOfAnImage} patches an image");
    }
}
