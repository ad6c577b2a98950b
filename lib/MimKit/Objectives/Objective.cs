using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit;

/// <summary>Fifth choice of a method: how are prediction and target compared?</summary>
public abstract record Objective
{
    /// <summary>The mean over all positions that count, computed in float32.</summary>
    /// <param name="prediction">[B, n, outputs], float32 or bfloat16</param>
    /// <param name="target">ids or vectors at the same n positions</param>
    /// <returns>scalar float32; 0 where no position counts</returns>
    public Tensor Loss(Tensor prediction, TargetValues target)
    {
        var each = PerPosition(prediction.to(float32), target.Values);             // [B, n]
        return target.Counted is not { } counted ? each.mean()
            : each.mul(counted).sum().div(counted.sum().clamp(min: 1));
    }

    /// <summary>The loss of every position, [B, n].</summary>
    protected abstract Tensor PerPosition(Tensor prediction, Tensor target);
}

/// <summary>Cross-entropy of softmax(prediction) with target ids.</summary>
/// <param name="LabelSmoothing">s in (1 − s) nll + s · mean over classes of −log p</param>
public sealed record CrossEntropy(double LabelSmoothing = 0) : Objective
{
    protected override Tensor PerPosition(Tensor prediction, Tensor target)       // [B, n, K], [B, n]
    {
        var each = nn.functional.cross_entropy(prediction.flatten(0, 1), target.flatten(), reduction: nn.Reduction.None, label_smoothing: LabelSmoothing);
        return each.reshape(target.shape);
    }
}

/// <summary>Mean squared error over the values of a position.</summary>
public sealed record MeanSquared : Objective
{
    protected override Tensor PerPosition(Tensor prediction, Tensor target) => (prediction - target).square().mean([-1]);
    public override string ToString() => "mean squared error";
}
