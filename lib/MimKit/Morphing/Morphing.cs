using System.Text.Json.Serialization;
using MimKit.Runtime;

namespace MimKit;

/// <summary>Fourth choice of a method: at which granularity are prediction and target compared?</summary>
[JsonDerivedType(typeof(TokenWise), "token-wise"), JsonDerivedType(typeof(WholeImage), "image-level"), JsonDerivedType(typeof(DynamicMorphing), "dynamic")]
[JsonDerivedType(typeof(KMeansMorphing), "k-means"), JsonDerivedType(typeof(SuperpixelMorphing), "superpixel")]
public abstract record Morphing
{
    private const double VarianceFloor = 1e-6;

    /// <summary>Token by token.</summary>
    public static Morphing None { get; } = new TokenWise();

    /// <summary>All tokens of an image are one group.</summary>
    public static Morphing ImageLevel { get; } = new WholeImage();

    /// <summary>Dynamic, with DTM's defaults.</summary>
    public static Morphing Dynamic { get; } = new DynamicMorphing();

    /// <summary>Standardise each target vector after it is morphed: minus its mean, over √(unbiased variance + 1e-6).</summary>
    public bool NormaliseTarget { get; init; }

    /// <summary>The groupings of one step; their losses are averaged.</summary>
    /// <param name="v">[B, n, D] float32: vectors in which likeness is measured</param>
    /// <param name="draw">the step's random numbers</param>
    public abstract IReadOnlyList<Grouping> Draw(Tensor v, Draw draw);

    /// <summary>
    /// Brings prediction and target to the granularities at which the objective compares them: one pair a grouping. Vectors become the means of
    /// their groups, weighted by size. Ids stay, and a token's logits become its group's mean: cross-entropy is linear in the target, so this is the
    /// cross-entropy of the group's mean logits with its mean of one-hot targets, and no one-hot is made.
    /// </summary>
    /// <param name="prediction">[B, n, outputs]</param>
    /// <param name="target">at the same n patches</param>
    /// <param name="likeness">gives [B, n, D], the vectors that groups are made by</param>
    /// <param name="draw">the step's random numbers</param>
    public virtual IEnumerable<(Tensor Prediction, TargetValues Target)> Apply(Tensor prediction, TargetValues target, Func<Tensor> likeness, Draw draw)
    {
        foreach (var grouping in Groupings(likeness, draw))
        {
            var morphed = grouping.Mean(prediction.to(float32), target.Counted);
            yield return target.Values.ndim == 2 ? (grouping.Spread(morphed), target)
                : (morphed, Standardised(new(grouping.Mean(target.Values, target.Counted), grouping.Sizes(target.Counted))));
        }
    }

    private protected TargetValues Standardised(TargetValues target)
    {
        if (!NormaliseTarget || target.Values.ndim == 2) return target;
        var (mean, variance) = (target.Values.mean([-1], keepdim: true), target.Values.var(-1, unbiased: true, keepdim: true));
        return target with { Values = (target.Values - mean) / (variance + VarianceFloor).sqrt() };
    }

    private IReadOnlyList<Grouping> Groupings(Func<Tensor> likeness, Draw draw)
    {
        using var off = no_grad();
        return Draw(likeness().to(float32), draw);
    }
}

/// <summary>Token by token: <see cref="Morphing.None"/>.</summary>
public sealed record TokenWise : Morphing
{
    public override IReadOnlyList<Grouping> Draw(Tensor v, Draw draw) =>
        [new(arange(v.size(1), int64).to(v.device).unsqueeze(0).expand(v.size(0), -1), (int)v.size(1))];

    public override IEnumerable<(Tensor Prediction, TargetValues Target)> Apply(Tensor prediction, TargetValues target, Func<Tensor> likeness, Draw draw) =>
        [(prediction, Standardised(target))];

    public override string ToString() => "token by token";
}

/// <summary>One group an image: <see cref="Morphing.ImageLevel"/>.</summary>
public sealed record WholeImage : Morphing
{
    public override IReadOnlyList<Grouping> Draw(Tensor v, Draw draw) => [new(zeros([v.size(0), v.size(1)], int64, v.device), 1)];
    public override string ToString() => "image-level";
}
