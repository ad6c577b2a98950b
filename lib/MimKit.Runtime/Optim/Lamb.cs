namespace MimKit.Runtime;

/// <summary>
/// LAMB (You et al., ICLR 2020, arXiv 1904.00962, algorithm 2): Adam's bias-corrected step plus decay · p, scaled for every tensor by
/// ‖p‖ / ‖step‖. As in the implementations in use, a group without weight decay (biases, norms) is not scaled unless asked.
/// Nothing is read back from the device.
/// </summary>
public sealed class Lamb(IEnumerable<Lamb.ParamGroup> parameters) : optim.Optimizer<Lamb.ParamGroup>(parameters, First, Second)
{
    private const string First = "exp_avg", Second = "exp_avg_sq";

    /// <param name="adapt">scale steps by the trust ratio; null: only where there is weight decay</param>
    public sealed class ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-6, double weight_decay = 0.01, bool? adapt = null)
        : Torch.Modules.ParamGroup(parameters, lr, weight_decay)
    {
        public double Beta1 => beta1;
        public double Beta2 => beta2;
        public double Epsilon => eps;
        public bool Adapt => adapt ?? WeightDecay != 0;
    }

    protected override void Update(ParamGroup group, IReadOnlyList<optim.Slot> slots, Tensor? scale)
    {
        var (firstCorrection, secondCorrection) = (1 - Math.Pow(group.Beta1, slots[0].Steps), 1 - Math.Pow(group.Beta2, slots[0].Steps));
        foreach (var slot in slots)
        {
            var (p, m, v) = (slot.Parameter, slot[First], slot[Second]);
            var g = scale is null ? slot.Gradient! : slot.Gradient!.mul(scale);
            m.mul_(group.Beta1).add_(g, 1 - group.Beta1);
            v.mul_(group.Beta2).addcmul_(g, g, 1 - group.Beta2);
            var update = m.div(firstCorrection).div_(v.div(secondCorrection).sqrt_().add_(group.Epsilon));
            if (group.WeightDecay != 0) update = update.add(p, group.WeightDecay);
            if (group.Adapt) update = update.mul(TrustRatio.Of(p, update, 1));
            p.add_(update, -group.LearningRate);
        }
    }
}
