using System.Text.Json.Serialization;

namespace MimKit;

/// <summary>Fifth choice of a method: how are prediction and target compared?</summary>
[JsonDerivedType(typeof(CrossEntropy), "cross-entropy"), JsonDerivedType(typeof(MeanSquared), "mean-squared"), JsonDerivedType(typeof(MeanAbsolute), "mean-absolute")]
[JsonDerivedType(typeof(SmoothL1), "smooth-l1"), JsonDerivedType(typeof(Cosine), "cosine"), JsonDerivedType(typeof(Uniformity), "uniformity")]
public abstract record Objective
{
    /// <summary>The mean over all positions, each weighted by how much it counts, computed in float32.</summary>
    /// <param name="prediction">[B, n, outputs], float32 or bfloat16</param>
    /// <param name="target">ids or vectors at the same n positions</param>
    /// <returns>scalar float32; 0 where no position counts</returns>
    public virtual Tensor Loss(Tensor prediction, TargetValues target)
    {
        var each = PerPosition(prediction.to(float32), target.Values);             // [B, n]
        return target.Counted is not { } counted ? each.mean()
            : each.mul(counted).sum().div(counted.sum().clamp(min: 1));
    }

    /// <summary>The loss of every position, [B, n].</summary>
    protected abstract Tensor PerPosition(Tensor prediction, Tensor target);
}

/// <summary>Cross-entropy of softmax(prediction) with target ids, or with target probabilities.</summary>
/// <param name="LabelSmoothing">s in (1 − s) nll + s · mean over classes of −log p; for ids</param>
public sealed record CrossEntropy(double LabelSmoothing = 0) : Objective
{
    protected override Tensor PerPosition(Tensor prediction, Tensor target)       // [B, n, K]; [B, n] ids or [B, n, K] probabilities
    {
        if (target.ndim == 3) return -(target * prediction.log_softmax(-1)).sum(-1);
        var each = F.cross_entropy(prediction.flatten(0, 1), target.flatten(), reduction: nn.Reduction.None, label_smoothing: LabelSmoothing);
        return each.reshape(target.shape);
    }
}

/// <summary>Mean squared error over the values of a position.</summary>
public sealed record MeanSquared : Objective
{
    protected override Tensor PerPosition(Tensor prediction, Tensor target) => (prediction - target).square().mean([-1]);
    public override string ToString() => "mean squared error";
}

/// <summary>Mean absolute error over the values of a position.</summary>
public sealed record MeanAbsolute : Objective
{
    protected override Tensor PerPosition(Tensor prediction, Tensor target) => (prediction - target).abs().mean([-1]);
    public override string ToString() => "mean absolute error";
}

/// <summary>Smooth L1: quadratic below <paramref name="Beta"/>, linear above; the mean over the values of a position.</summary>
/// <param name="Beta">2 in DTM's code</param>
public sealed record SmoothL1(double Beta = 2) : Objective
{
    protected override Tensor PerPosition(Tensor prediction, Tensor target) => F.smooth_l1_loss(prediction, target, nn.Reduction.None, Beta).mean([-1]);
    public override string ToString() => $"smooth L1 (β = {Beta})";
}

/// <summary>1 − the cosine of prediction and target.</summary>
public sealed record Cosine : Objective
{
    private const double LeastNorm = 1e-6;                                         // of the product of both

    protected override Tensor PerPosition(Tensor prediction, Tensor target)
    {
        var norms = prediction.norm(-1) * target.norm(-1);                         // [B, n]
        return 1 - (prediction * target).sum(-1) / norms.clamp(min: LeastNorm);
    }

    public override string ToString() => "cosine distance";
}

/// <summary>
/// U-MAE's uniformity (Zhang et al., NeurIPS 2022, arXiv 2210.08344): the mean over all pairs of images of the squared cosine of their features, which keeps
/// features from collapsing. A feature is the mean of the positions; nothing is predicted, the target is not read.
/// </summary>
public sealed record Uniformity : Objective
{
    public override Tensor Loss(Tensor prediction, TargetValues target)
    {
        var features = F.normalize(prediction.to(float32).mean([1]));              // [B, D]
        return features.matmul(features.t()).square().mean();
    }

    protected override Tensor PerPosition(Tensor prediction, Tensor target) => throw new NotSupportedException("Uniformity compares images, not positions.");
}
