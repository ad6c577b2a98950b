namespace MimKit.Torch.Modules
{
    /// <summary>Parameters that share settings. The settings are read at every step, so a schedule simply assigns them.</summary>
    public abstract class ParamGroup(IEnumerable<Parameter> parameters, double lr, double weight_decay) : torch.optim.ILearningRateController
    {
        public IReadOnlyList<Parameter> Parameters { get; } = [.. parameters];
        public double LearningRate { get; set; } = lr;

        /// <summary>What schedulers start from.</summary>
        public double InitialLearningRate { get; set; } = lr;
        public double WeightDecay { get; set; } = weight_decay;
    }
}

namespace MimKit.Torch
{
    public static partial class torch
    {
        public static partial class optim
        {
            /// <summary>What a scheduler changes.</summary>
            public interface ILearningRateController
            {
                double LearningRate { get; set; }
                double InitialLearningRate { get; set; }
            }

            /// <summary>Changes parameters by their gradients. A parameter without a gradient is left alone, and its steps are not counted.</summary>
            public abstract class Optimizer : IDisposable
            {
                public abstract IReadOnlyList<Modules.ParamGroup> ParamGroups { get; }

                /// <summary>One step.</summary>
                /// <param name="closure">computes the loss and its gradients first; gradients are recorded in it</param>
                /// <returns>the closure's loss</returns>
                public Tensor? step(Func<Tensor>? closure = null)
                {
                    var loss = closure?.Invoke();
                    step((Tensor?)null);
                    return loss;
                }

                /// <summary>Calls of <c>step</c>; a resumed run sets it. Corrections depend on the steps of each parameter, which are in the state.</summary>
                public long Steps { get; set; }

                /// <param name="scale">[1] float32, multiplied into every gradient on the way in, so that a global-norm clip costs no pass; null for 1; 0 leaves parameters and moments as they are, whatever the gradients</param>
                public abstract void step(Tensor? scale);

                public IEnumerable<Parameter> parameters() => ParamGroups.SelectMany(g => g.Parameters);

                public void zero_grad(bool set_to_none = true)
                {
                    foreach (var p in parameters())
                        if (set_to_none) p.grad = null; else { using var g = p.grad; g?.zero_(); }
                }

                /// <summary>
                /// What the next steps depend on beside the parameters and the groups' settings: <c>0.step</c> (int64, on the CPU), <c>0.exp_avg</c>, …,
                /// numbered in the order of <see cref="parameters"/>; the tensors themselves, not copies.
                /// </summary>
                public abstract Dictionary<string, Tensor> state_dict();

                /// <summary>Copies a state into this one.</summary>
                /// <exception cref="ArgumentException">The state belongs to other parameters or another optimizer; the message names the misfits.</exception>
                public abstract void load_state_dict(IReadOnlyDictionary<string, Tensor> state_dict);

                public void Dispose()
                {
                    Dispose(true);
                    GC.SuppressFinalize(this);
                }

                protected abstract void Dispose(bool disposing);
            }

            /// <summary>An optimizer whose groups have settings of their own, with named moments for every parameter.</summary>
            public abstract class Optimizer<TGroup> : Optimizer where TGroup : Modules.ParamGroup
            {
                private readonly Dictionary<Parameter, Slot> _slots = [];
                private readonly string[] _moments;
                private readonly List<TGroup> _groups = [];

                /// <param name="moments">what is kept of every parameter: tensors of its shape that start as zeros</param>
                protected Optimizer(IEnumerable<TGroup> groups, params string[] moments)
                {
                    _moments = moments;
                    foreach (var group in groups) add_param_group(group);
                }

                public override IReadOnlyList<TGroup> ParamGroups => _groups;

                /// <exception cref="ArgumentException">A parameter is in a group already.</exception>
                public void add_param_group(TGroup param_group)
                {
                    foreach (var p in param_group.Parameters)
                        if (!_slots.TryAdd(p, new Slot(p, _moments))) throw new ArgumentException($"The parameter {p} is in two groups; it would take two steps at once. Give it to one.");
                    _groups.Add(param_group);
                }

                public override void step(Tensor? scale)
                {
                    using var scope = NewDisposeScope();
                    using var off = no_grad();
                    Steps++;
                    foreach (var group in _groups)
                    {
                        var ready = group.Parameters.Select(p => _slots[p]).Where(slot => (slot.Gradient = slot.Parameter.grad) is not null).ToArray();
                        foreach (var slot in ready) slot.Steps++;
                        foreach (var alike in ready.GroupBy(slot => (slot.Steps, slot.Parameter.device, slot.Parameter.dtype)))
                        {
                            Slot[] slots = [.. alike];
                            if (scale is null || LeavesOutByItself(group, slots)) Update(group, slots, scale);
                            else UpdateUnlessZero(group, slots, scale);
                        }
                        foreach (var slot in ready) slot.Gradient = null;
                    }
                }

                /// <summary>One step of parameters that have taken as many, on one device and of one dtype. Gradients are not changed.</summary>
                protected abstract void Update(TGroup group, IReadOnlyList<Slot> slots, Tensor? scale);

                /// <summary>Whether <see cref="Update"/> looks itself for a scale of 0, which leaves everything as it is.</summary>
                protected virtual bool LeavesOutByItself(TGroup group, IReadOnlyList<Slot> slots) => false;

                // No value is read back: both outcomes are computed, one is kept.
                private void UpdateUnlessZero(TGroup group, Slot[] slots, Tensor scale)
                {
                    var on = scale.ne(0);
                    var before = slots.SelectMany(slot => slot.Changing).Select(tensor => (tensor, tensor.detach().clone())).ToArray();
                    Update(group, slots, scale);
                    foreach (var (tensor, old) in before) tensor.copy_(where(on, tensor, old));
                }

                public override Dictionary<string, Tensor> state_dict()
                {
                    var state = new Dictionary<string, Tensor>();
                    foreach (var (i, p) in parameters().Index())
                        foreach (var (name, tensor) in _slots[p].State) state[$"{i}.{name}"] = tensor;
                    return state;
                }

                public override void load_state_dict(IReadOnlyDictionary<string, Tensor> state_dict)
                {
                    var own = this.state_dict();
                    var report = StateReport.Compare(own, state_dict);
                    if (report.Problem($"this {GetType().Name} of {_slots.Count} parameters", strict: true) is { } problem) throw new ArgumentException(problem);
                    using var off = no_grad();
                    foreach (var (name, tensor) in own) tensor.copy_(state_dict[name]);
                }

                protected override void Dispose(bool disposing)
                {
                    if (disposing)
                        foreach (var tensor in _slots.Values.SelectMany(slot => slot.State.Values)) tensor.Dispose();
                }
            }

            /// <summary>A parameter, its gradient of this step, and what an optimizer keeps of it.</summary>
            public sealed class Slot
            {
                private const string Step = "step";

                internal Slot(Parameter parameter, IEnumerable<string> moments)
                {
                    using var off = no_grad();
                    Parameter = parameter;
                    State[Step] = tensor(0L).DetachFromDisposeScope();
                    foreach (var name in moments) State[name] = zeros_like(parameter).DetachFromDisposeScope();
                }

                public Parameter Parameter { get; }
                public Tensor? Gradient { get; internal set; }

                /// <summary>Steps taken, the present one included: bias corrections depend on it.</summary>
                public long Steps { get => State[Step].data<long>()[0]; internal set => State[Step].data<long>()[0] = value; }

                /// <summary>A moment, of the parameter's shape, dtype and device.</summary>
                public Tensor this[string moment] => State[moment];

                internal Dictionary<string, Tensor> State { get; } = [];
                internal IEnumerable<Tensor> Changing => State.Where(named => named.Key != Step).Select(named => named.Value).Append(Parameter);
            }
        }
    }
}
