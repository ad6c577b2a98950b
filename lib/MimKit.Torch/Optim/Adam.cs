namespace MimKit.Torch.Modules;

/// <summary>Settings of Adam and AdamW.</summary>
public abstract class AdamParamGroup(IEnumerable<Parameter> parameters, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad, bool maximize) : ParamGroup(parameters, lr, weight_decay)
{
    public double Beta1 { get; set; } = beta1;
    public double Beta2 { get; set; } = beta2;
    public double Epsilon => eps;

    /// <summary>Divide by the largest second moment so far.</summary>
    public bool AmsGrad => amsgrad;
    public bool Maximize => maximize;
}

/// <summary>
/// Adam's step over all tensors of a group at once: one native pass on the CPU in float32, libtorch's fused one on a GPU where it exists
/// (2.x), its operators over lists elsewhere.
/// </summary>
public abstract class AdamStep<TGroup> : optim.Optimizer<TGroup> where TGroup : AdamParamGroup
{
    private const string First = "exp_avg", Second = "exp_avg_sq", Largest = "max_exp_avg_sq";
    private static readonly Op Native = new("mimkit::adamw_"), Fused = new("aten::_fused_adamw_");
    private readonly bool _decoupled;

    private protected AdamStep(IEnumerable<TGroup> groups, bool decoupled) : this([.. groups], decoupled) { }

    private AdamStep(TGroup[] groups, bool decoupled) : base(groups, groups.Any(group => group.AmsGrad) ? [First, Second, Largest] : [First, Second]) => _decoupled = decoupled;

    private enum Way { OnePass, OneLaunch, Composed }

    private Way Of(TGroup group, Parameter p)
    {
        var simple = !group.AmsGrad && !group.Maximize && (_decoupled || group.WeightDecay == 0);
        return !simple ? Way.Composed : p.is_cpu() ? p.dtype == float32 ? Way.OnePass : Way.Composed : Fused.Exists ? Way.OneLaunch : Way.Composed;
    }

    protected override bool LeavesOutByItself(TGroup group, IReadOnlyList<optim.Slot> slots) => Of(group, slots[0].Parameter) != Way.Composed;

    protected override void Update(TGroup group, IReadOnlyList<optim.Slot> slots, Tensor? scale)
    {
        switch (Of(group, slots[0].Parameter))
        {
            case Way.OnePass: OnePass(group, slots, scale); break;
            case Way.OneLaunch: OneLaunch(group, slots, scale); break;
            default: Composed(group, slots, scale); break;
        }
    }

    private static void OnePass(TGroup group, IReadOnlyList<optim.Slot> slots, Tensor? scale) =>
        Native.Do(slots.List(slot => slot.Parameter), slots.List(slot => slot.Gradient!.contiguous()), slots.List(slot => slot[First]), slots.List(slot => slot[Second]),
            slots[0].Steps, group.LearningRate, group.Beta1, group.Beta2, group.Epsilon, group.WeightDecay, scale);

    private static void OneLaunch(TGroup group, IReadOnlyList<optim.Slot> slots, Tensor? scale)
    {
        var step = full([], (double)slots[0].Steps, float32, slots[0].Parameter.device);
        Fused.Do(slots.List(slot => slot.Parameter), Foreach.Gradients(slots, scale, false), slots.List(slot => slot[First]), slots.List(slot => slot[Second]), Array.Empty<Tensor?>(), slots.List(_ => step),
            group.LearningRate, group.Beta1, group.Beta2, group.WeightDecay, group.Epsilon, false, false, default(Arg), scale?.eq(0).to(float32));
    }

    private void Composed(TGroup group, IReadOnlyList<optim.Slot> slots, Tensor? scale)
    {
        var (p, m, v) = (slots.List(slot => slot.Parameter), slots.List(slot => slot[First]), slots.List(slot => slot[Second]));
        var g = Foreach.Gradients(slots, scale, group.Maximize);
        if (_decoupled) Foreach.Mul(p, 1 - group.LearningRate * group.WeightDecay);
        else if (group.WeightDecay != 0) g = Foreach.Plus(g, p, group.WeightDecay);

        Foreach.Mul(m, group.Beta1);
        Foreach.Add(m, g, 1 - group.Beta1);
        Foreach.Mul(v, group.Beta2);
        Foreach.AddProduct(v, g, g, 1 - group.Beta2);
        if (group.AmsGrad)
        {
            var largest = slots.List(slot => slot[Largest]);
            Foreach.Max(largest, v);
            v = largest;
        }
        var denominator = Foreach.Sqrt(v);
        Foreach.Div(denominator, Math.Sqrt(1 - Math.Pow(group.Beta2, slots[0].Steps)));
        Foreach.Add(denominator, group.Epsilon);
        Foreach.AddQuotient(p, m, denominator, -group.LearningRate / (1 - Math.Pow(group.Beta1, slots[0].Steps)));
    }
}

/// <summary>Adam (Kingma and Ba, 2015); weight decay is added to the gradient.</summary>
public sealed class Adam(IEnumerable<Adam.ParamGroup> parameters) : AdamStep<Adam.ParamGroup>(parameters, decoupled: false)
{
    public sealed class ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : AdamParamGroup(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
}

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019): p ← p − lr · decay · p before the step.</summary>
public sealed class AdamW(IEnumerable<AdamW.ParamGroup> parameters) : AdamStep<AdamW.ParamGroup>(parameters, decoupled: true)
{
    public sealed class ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : AdamParamGroup(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
}
