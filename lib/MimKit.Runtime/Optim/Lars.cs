namespace MimKit.Runtime;

/// <summary>
/// Layer-wise adaptive rate scaling (You, Gitman and Ginsburg, 2017) as MAE's linear probe uses it (facebookresearch/mae, util/lars.py): the
/// step of a matrix is scaled by trust · ‖p‖ / ‖g + decay p‖, then taken with momentum. Vectors get neither decay nor scaling, and where a
/// norm is 0 the scale is 1. Nothing is read back from the device.
/// </summary>
public sealed class Lars(IEnumerable<Lars.ParamGroup> parameters) : optim.Optimizer<Lars.ParamGroup>(parameters, MomentumBuffer)
{
    private const string MomentumBuffer = "mu";

    /// <param name="lr">LARS rates are large: MAE's probe uses 0.1 at batch 256, scaled linearly</param>
    /// <param name="trust">the trust coefficient</param>
    public sealed class ParamGroup(IEnumerable<Parameter> parameters, double lr, double weight_decay = 0, double momentum = 0.9, double trust = 0.001) : Torch.Modules.ParamGroup(parameters, lr, weight_decay)
    {
        public double Momentum => momentum;
        public double Trust => trust;
    }

    protected override void Update(ParamGroup group, IReadOnlyList<optim.Slot> slots, Tensor? scale)
    {
        foreach (var slot in slots)
        {
            var (p, mu) = (slot.Parameter, slot[MomentumBuffer]);
            var update = scale is null ? slot.Gradient! : slot.Gradient!.mul(scale);
            if (p.ndim > 1)
            {
                update = update.add(p, group.WeightDecay);
                update = update.mul(TrustRatio.Of(p, update, group.Trust));
            }
            mu.mul_(group.Momentum).add_(update);
            p.add_(mu, -group.LearningRate);
        }
    }
}

/// <summary>coefficient · ‖p‖ / ‖update‖ on the device; 1 where one of the norms is 0.</summary>
internal static class TrustRatio
{
    internal static Tensor Of(Tensor p, Tensor update, double coefficient)
    {
        var (size, step) = (p.norm(), update.norm());
        var ratio = size.mul(coefficient).div(step);
        return where(size.gt(0).logical_and(step.gt(0)), ratio, ones_like(ratio));
    }
}
