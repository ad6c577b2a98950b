namespace MimKit.Torch.Modules;

/// <summary>Stochastic gradient descent with momentum, as PyTorch writes it: v ← μ v + (1 − damping) g, p ← p − lr v; the first v is g.</summary>
public sealed class SGD : optim.Optimizer<SGD.ParamGroup>
{
    private const string Momentum = "momentum_buffer";

    public sealed class ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : Modules.ParamGroup(parameters, lr, weight_decay)
    {
        public double Momentum { get; set; } = momentum;
        public double Dampening => dampening;
        public bool Nesterov => nesterov;
        public bool Maximize => maximize;
    }

    public SGD(IEnumerable<ParamGroup> parameters) : base(parameters, Momentum)
    {
        foreach (var group in ParamGroups)
            if (group.Nesterov && (group.Momentum <= 0 || group.Dampening != 0))
                throw new ArgumentException($"Nesterov's step needs momentum > 0 and dampening 0, found {group.Momentum} and {group.Dampening}.");
    }

    protected override void Update(ParamGroup group, IReadOnlyList<optim.Slot> slots, Tensor? scale)
    {
        var p = slots.List(slot => slot.Parameter);
        var g = Foreach.Gradients(slots, scale, group.Maximize);
        if (group.WeightDecay != 0) g = Foreach.Plus(g, p, group.WeightDecay);
        if (group.Momentum != 0)
        {
            var v = slots.List(slot => slot[Momentum]);
            Foreach.Mul(v, group.Momentum);
            Foreach.Add(v, g, slots[0].Steps == 1 ? 1 : 1 - group.Dampening);
            g = group.Nesterov ? Foreach.Plus(g, v, group.Momentum) : v;
        }
        Foreach.Add(p, g, -group.LearningRate);
    }
}
