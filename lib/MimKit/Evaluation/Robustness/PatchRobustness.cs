using MimKit.Data;
using MimKit.Metrics;
using MimKit.Runtime;
using static System.FormattableString;

namespace MimKit.Evaluation;

/// <summary>Accuracy along a growing disturbance. Shows itself as a table; <c>Chart.Disturbance</c> draws several.</summary>
/// <param name="Model">The classifier.</param>
/// <param name="Disturbance">"patches taken away", "patches shuffled".</param>
/// <param name="Axis">What is counted along the curve, with unit.</param>
/// <param name="Strength">Along the curve.</param>
/// <param name="Reads">At each strength.</param>
public sealed record DisturbanceCurve(string Model, string Disturbance, string Axis, IReadOnlyList<double> Strength, IReadOnlyList<Evaluated> Reads)
{
    public MetricTable Table() => new($"{Model}: {Disturbance}", [Axis, "accuracy"], [.. Strength.Zip(Reads, (strength, read) => new object?[] { Invariant($"{strength:G4}"), read.Accuracy })],
        $"On {Reads[0].Source}, {Reads[0].Correct.Length:N0} images.");

    public IReadOnlyDictionary<string, object> MimeBundle() => Table().MimeBundle();
    public override string ToString() => $"{Table()}";
}

/// <summary>What is left of a classifier where patches are missing or misplaced (Naseer et al., NeurIPS 2021, arXiv 2105.10497).</summary>
public static class PatchRobustness
{
    private static readonly double[] Shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>Random patches become the mean colour; each stronger disturbance keeps the patches that a weaker one took.</summary>
    /// <param name="classifier">of the set's images</param>
    /// <param name="set">labelled images</param>
    /// <param name="patch">pixels a side of what is taken; best the model's own patch size</param>
    /// <param name="shares">of the patches, 0 to 1; null: tenths</param>
    /// <param name="seed">of the places</param>
    public static DisturbanceCurve Occlusion(Classifier classifier, ImageSet set, int patch, IReadOnlyList<double>? shares = null, ulong seed = 0)
    {
        shares ??= Shares;
        if (shares.Any(share => share is < 0 or > 1)) throw new ArgumentException($"Shares are {string.Join(", ", shares)}; they are 0 to 1.");
        var (rows, columns) = Grid(set, patch);
        return Curve(classifier, set, "random patches taken away", "share of patches taken", shares, seed, share =>
        {
            var taken = (int)Math.Round(share * rows * columns);
            return (images, draw) =>
            {
                var order = draw.Permutation(Purpose.Occlude, rows * columns);     // [B · patches]
                var kept = new float[order.Length];
                for (var i = 0; i < order.Length; i++) kept[i / (rows * columns) * rows * columns + (int)order[i]] = i % (rows * columns) < taken ? 0 : 1;
                var mask = tensor(kept, [images.size(0), 1, rows, columns]);
                return images * mask.repeat_interleave(patch, 2).repeat_interleave(patch, 3);     // normalised: 0 is the mean colour
            };
        });
    }

    /// <summary>The image is cut into equal squares that change places at random: shapes go, textures stay.</summary>
    /// <param name="classifier">of the set's images</param>
    /// <param name="set">labelled images</param>
    /// <param name="sides">squares along a side; null: every divisor of the image's side up to the patches of 4 pixels</param>
    /// <param name="seed">of the places</param>
    public static DisturbanceCurve Shuffle(Classifier classifier, ImageSet set, IReadOnlyList<int>? sides = null, ulong seed = 0)
    {
        sides ??= [.. Enumerable.Range(1, Math.Max(1, set.Height / 4)).Where(n => set.Height % n == 0 && set.Width % n == 0)];
        return Curve(classifier, set, "squares shuffled", "squares along a side", [.. sides.Select(side => (double)side)], seed, side =>
        {
            var n = (int)side;
            if (n < 1 || set.Height % n != 0 || set.Width % n != 0) throw new ArgumentException($"{set.Height} × {set.Width} pixels cannot be cut into {n} × {n} equal parts.");
            return (images, draw) =>
            {
                if (n == 1) return images;
                long B = images.size(0), C = images.size(1), h = set.Height / n, w = set.Width / n;
                var parts = images.reshape(B, C, n, h, n, w).permute(0, 2, 4, 1, 3, 5).reshape(B, n * n, C * h * w);
                var moved = parts.gather(1, tensor(draw.Permutation(Purpose.Occlude, n * n, n), [B, n * n, 1]).expand(-1, -1, C * h * w));
                return moved.reshape(B, n, n, C, h, w).permute(0, 3, 1, 4, 2, 5).reshape(B, C, n * h, n * w).contiguous();
            };
        });
    }

    private static DisturbanceCurve Curve(Classifier classifier, ImageSet set, string disturbance, string axis, IReadOnlyList<double> strengths, ulong seed,
        Func<double, Func<Tensor, Draw, Tensor>> of) =>
        new(classifier.Name, disturbance, axis, strengths, [.. strengths.Select(strength =>
        {
            var disturb = of(strength);
            return classifier.Read(Classifier.Batches(set), Invariant($"{disturbance}: {strength:G4}"), $"{set.Name} {set.Split}", set.Count, batch => disturb(batch.Images, new Draw(seed, 0, batch.Indices)));
        })]);

    private static (int Rows, int Columns) Grid(ImageSet set, int patch) => patch >= 1 && set.Height % patch == 0 && set.Width % patch == 0 ? (set.Height / patch, set.Width / patch)
        : throw new ArgumentException($"Patches of {patch} pixels do not divide images of {set.Height} × {set.Width}.");
}
