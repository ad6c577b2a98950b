using static MimKit.Torch.torch;

namespace MimKit.Torch.Modules;

/// <summary>
/// AdamW over all tensors of a group at once: one native pass on the CPU in float32. A parameter without a gradient is left alone.
/// Gradients may be scaled on the way in (<see cref="step(Tensor?)"/>), which is how a global-norm clip costs no extra pass.
/// </summary>
public sealed class AdamW : IDisposable
{
    /// <summary>Parameters that share settings. The learning rate is read at every step, so a schedule simply assigns it.</summary>
    public sealed class ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0)
    {
        public IReadOnlyList<Parameter> Parameters { get; } = [.. parameters];
        public double LearningRate { get; set; } = lr;
        public double WeightDecay { get; set; } = weight_decay;
        public double Beta1 => beta1;
        public double Beta2 => beta2;
        public double Epsilon => eps;
    }

    private sealed class Moments(Parameter p)
    {
        public readonly Tensor First = zeros_like(p).DetachFromDisposeScope(), Second = zeros_like(p).DetachFromDisposeScope();
    }

    private static readonly Op Native = new("mimkit::adamw_");
    private readonly Dictionary<Parameter, Moments> _moments = [];

    public AdamW(IEnumerable<ParamGroup> groups)
    {
        ParamGroups = [.. groups];
        using var off = no_grad();
        foreach (var p in ParamGroups.SelectMany(g => g.Parameters)) _moments.Add(p, new(p));
    }

    public IReadOnlyList<ParamGroup> ParamGroups { get; }

    /// <summary>Steps taken; the bias corrections depend on it, so a resumed run sets it.</summary>
    public long Steps { get; set; }

    /// <summary>The moments by position: <c>0.exp_avg</c>, <c>0.exp_avg_sq</c>, <c>1.exp_avg</c>, … in the order of the groups' parameters; the tensors themselves, not copies.</summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>();
        var i = 0;
        foreach (var p in ParamGroups.SelectMany(g => g.Parameters))
        {
            state[$"{i}.exp_avg"] = _moments[p].First;
            state[$"{i++}.exp_avg_sq"] = _moments[p].Second;
        }
        return state;
    }

    public void zero_grad(bool set_to_none = true)
    {
        foreach (var p in ParamGroups.SelectMany(g => g.Parameters))
            if (set_to_none) p.grad = null; else { using var g = p.grad; g?.zero_(); }
    }

    public void step() => step(null);

    /// <param name="scale">[1] float32, multiplied into every gradient, or null for 1; 0 leaves parameters and moments as they are, whatever the gradients.</param>
    public void step(Tensor? scale)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        Steps++;
        foreach (var group in ParamGroups)
        {
            var with = group.Parameters.Select(p => (Parameter: p, Gradient: p.grad)).Where(x => x.Gradient is not null).ToArray();
            if (with.Length == 0) continue;
            if (with.All(x => x.Parameter.is_cpu && x.Parameter.dtype == float32)) StepNative(group, with, scale);
            else foreach (var (p, g) in with) StepPlain(group, p, g!, scale);
        }
    }

    private void StepNative(ParamGroup group, (Parameter Parameter, Tensor? Gradient)[] with, Tensor? scale) =>
        Native.Do(with.Select(x => (Tensor?)x.Parameter).ToArray(), with.Select(x => (Tensor?)x.Gradient!.contiguous()).ToArray(),
            with.Select(x => (Tensor?)_moments[x.Parameter].First).ToArray(), with.Select(x => (Tensor?)_moments[x.Parameter].Second).ToArray(),
            Steps, group.LearningRate, group.Beta1, group.Beta2, group.Epsilon, group.WeightDecay, scale);

    // Everything that changes is multiplied by 'on' (0 where the step is left out), so that no value is read back from the device.
    private void StepPlain(ParamGroup group, Parameter p, Tensor g, Tensor? scale)
    {
        var m = _moments[p];
        var on = scale is null ? ones([1], device: p.device) : scale.ne(0).to(p.dtype);
        if (scale is not null) g = g.mul(scale).nan_to_num(0, 0, 0);
        p.mul_(1 - on * (group.LearningRate * group.WeightDecay));
        m.First.add_(on * (1 - group.Beta1) * (g - m.First));
        m.Second.add_(on * (1 - group.Beta2) * (g * g - m.Second));
        var denominator = m.Second.sqrt().div_(Math.Sqrt(1 - Math.Pow(group.Beta2, Steps))).add_(group.Epsilon);
        p.addcdiv_(m.First * on, denominator, -group.LearningRate / (1 - Math.Pow(group.Beta1, Steps)));
    }

    public void Dispose()
    {
        foreach (var m in _moments.Values) { m.First.Dispose(); m.Second.Dispose(); }
    }
}
