using System.Reflection;

namespace MimKit.Torch;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A part of a network: parameters, buffers and children by name. Derived classes call <see cref="RegisterComponents"/> at the end of their constructor.</summary>
        public class Module(string name) : IDisposable
        {
            private static readonly Op SetData = new("aten::set_data");
            private readonly Dictionary<string, Parameter> _parameters = [];
            private readonly Dictionary<string, (Tensor Value, bool Persistent)> _buffers = [];
            private readonly Dictionary<string, Module> _children = [];

            public virtual string GetName() => name;
            public bool training { get; private set; } = true;

            // ------------------------------------------------------------------------------------------- registration

            /// <summary>Registers every field that holds a parameter or a module, under the field's name without a leading underscore.</summary>
            protected virtual void RegisterComponents()
            {
                foreach (var field in GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
                {
                    var key = field.Name.TrimStart('_');
                    switch (field.GetValue(this))
                    {
                        case Parameter p when !_parameters.ContainsKey(key): register_parameter(key, p); break;
                        case Module m when !_children.ContainsKey(key): register_module(key, m); break;
                    }
                }
            }

            /// <summary>Adds a parameter, or replaces the one of that name; null takes it away.</summary>
            public void register_parameter(string name, Parameter? parameter)
            {
                if (parameter is null) { _parameters.Remove(name); return; }
                parameter.DetachFromDisposeScope();
                _parameters[Free(name, _buffers.ContainsKey(name) || _children.ContainsKey(name))] = parameter;
            }

            /// <summary>Adds state that is not trained.</summary>
            /// <param name="persistent">whether it belongs to <see cref="state_dict"/></param>
            public void register_buffer(string name, Tensor tensor, bool persistent = true) =>
                _buffers[Free(name, _parameters.ContainsKey(name) || _children.ContainsKey(name))] = (tensor.DetachFromDisposeScope(), persistent);

            public void register_module(string name, Module submodule) => _children[Free(name, _parameters.ContainsKey(name) || _buffers.ContainsKey(name))] = submodule;
            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Takes a child away; it is not disposed.</summary>
            protected void Unregister(string name) => _children.Remove(name);

            private string Free(string name, bool taken)
            {
                if (name.Length == 0 || name.Contains('.')) throw new ArgumentException($"'{name}' cannot name a part of {GetName()}: a name is not empty and has no dot, which separates levels.");
                return !taken ? name : throw new ArgumentException($"{GetName()} already has something named '{name}'. Give the new part another name.");
            }

            // ---------------------------------------------------------------------------------------------------- parts

            public IEnumerable<(string name, Module module)> named_children() => _children.Select(c => (c.Key, c.Value));
            public IEnumerable<Module> children() => _children.Values;

            /// <summary>Every module below this one by its full name.</summary>
            public IEnumerable<(string name, Module module)> named_modules() =>
                _children.SelectMany(c => c.Value.named_modules().Select(m => ($"{c.Key}.{m.name}", m.module)).Prepend((c.Key, c.Value)));

            /// <summary>This module and every one below it.</summary>
            public IEnumerable<Module> modules() => named_modules().Select(m => m.module).Prepend(this);

            /// <summary>Parameters by their full names; one that is shared appears once, under its first name.</summary>
            public IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) => Named(m => m._parameters.Select(p => (p.Key, p.Value)), recurse).DistinctBy(p => p.Item2);
            public IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);

            public IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true) =>
                Named(m => m._buffers.Where(b => include_nonpersistent || b.Value.Persistent).Select(b => (b.Key, b.Value.Value)), recurse);
            public IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) => named_buffers(recurse, include_nonpersistent).Select(b => b.buffer);

            private IEnumerable<(string, T)> Named<T>(Func<Module, IEnumerable<(string, T)>> own, bool recurse) =>
                own(this).Concat(!recurse ? [] : _children.SelectMany(c => c.Value.Named(own, true).Select(t => ($"{c.Key}.{t.Item1}", t.Item2))));

            public bool has_parameter(string target) => named_parameters().Any(p => p.name == target);
            public bool has_buffer(string target) => named_buffers().Any(b => b.name == target);

            /// <summary>The parameter of a full name, or null.</summary>
            public Parameter? get_parameter(string target) => named_parameters().FirstOrDefault(p => p.name == target).parameter;

            /// <summary>The buffer of a full name, or null.</summary>
            public Tensor? get_buffer(string target) => named_buffers().FirstOrDefault(b => b.name == target).buffer;

            // ---------------------------------------------------------------------------------------------------- state

            /// <summary>Parameters and persistent buffers by their full names, shared ones under each of theirs; the tensors themselves, not copies.</summary>
            /// <param name="destination">a dictionary to add to</param>
            /// <param name="prefix">put before every name</param>
            public Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                foreach (var (key, p) in _parameters) destination[prefix + key] = p;
                foreach (var (key, b) in _buffers)
                    if (b.Persistent) destination[prefix + key] = b.Value;
                foreach (var (key, child) in _children) child.state_dict(destination, $"{prefix}{key}.");
                return destination;
            }

            /// <summary>Copies the values of <paramref name="source"/> into this module, converted to its dtypes and devices.</summary>
            /// <param name="strict">whether a missing or unexpected key is an error</param>
            /// <param name="skip">names that are neither read nor missed</param>
            /// <returns>the keys of this module that were not given, and those given that it does not have</returns>
            /// <exception cref="ArgumentException">A key is missing, unexpected (both only when <paramref name="strict"/>) or has another shape; all of them are listed.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keys) load_state_dict(IReadOnlyDictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = state_dict().Where(o => skip?.Contains(o.Key) != true).ToDictionary();
                var report = StateReport.Compare(own, source.Where(s => skip?.Contains(s.Key) != true).ToDictionary());
                if (report.Problem(GetName(), strict) is { } problem) throw new ArgumentException(problem);
                using var scope = NewDisposeScope();
                using (no_grad())
                    foreach (var (key, tensor) in own)
                        if (source.TryGetValue(key, out var value)) tensor.copy_(value);
                return (report.Missing, report.Unexpected);
            }

            // ---------------------------------------------------------------------------------------------------- modes

            /// <summary>Training mode, here and below: dropout drops, batch normalisation uses the batch's statistics.</summary>
            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var c in _children.Values) c.train(train);
            }
            public void eval() => train(false);

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var p in parameters())
                    if (set_to_none) p.grad = null; else { using var g = p.grad; g?.zero_(); }
            }

            /// <summary>Calls <paramref name="fn"/> with every module below this one, children before parents, and at last with this one.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var c in _children.Values) c.apply(fn);
                fn(this);
                return this;
            }

            // Parameters stay the objects they are, so that optimizers and fields that hold them go on.
            internal void Move(Device? device, ScalarType? dtype)
            {
                using var scope = NewDisposeScope();
                using var off = no_grad();
                foreach (var tensor in parameters().Concat(buffers()))
                {
                    var (type, place) = (dtype is { } wanted && IsFloating(tensor.dtype) ? wanted : tensor.dtype, device ?? tensor.device);
                    if (type == tensor.dtype && place == tensor.device) continue;
                    var gradient = tensor.grad;
                    tensor.grad = null;
                    SetData.Do(tensor, Moved(tensor));
                    if (gradient is not null) tensor.grad = Moved(gradient);

                    Tensor Moved(Tensor t) => Ops._to_copy.Call(t.detach(), type, default, place);
                }
            }

            private static bool IsFloating(ScalarType type) => type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

            // -------------------------------------------------------------------------------------------------- display

            /// <summary>What <see cref="ToString"/> shows between the brackets of a module without children: its sizes.</summary>
            protected virtual string Sizes => "";

            /// <summary>The tree of modules, as PyTorch prints it.</summary>
            public override string ToString() => _children.Count == 0 ? $"{GetName()}({Sizes})"
                : $"{GetName()}(\n{string.Concat(_children.Select(c => $"  ({c.Key}): {c.Value.ToString().Replace("\n", "\n  ")}\n"))})";

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var p in _parameters.Values) p.Dispose();
                foreach (var b in _buffers.Values) b.Value.Dispose();
                foreach (var c in _children.Values) c.Dispose();
            }
        }

        /// <summary>A module with one input. <see cref="call"/> runs the hooks around <see cref="forward"/>.</summary>
        public abstract class Module<T, TResult>(string name) : HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>(name)
        {
            public abstract TResult forward(T input);

            public TResult call(T input)
            {
                foreach (var hook in Before) input = hook(this, input);
                var result = AnomalyMode.Watching ? Place.Within(this, () => forward(input)) : forward(input);
                foreach (var hook in After) result = hook(this, input, result);
                return result;
            }
        }

        /// <summary>A module with two inputs.</summary>
        public abstract class Module<T1, T2, TResult>(string name) : HookableModule<Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?>, Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult>>(name)
        {
            public abstract TResult forward(T1 input1, T2 input2);

            public TResult call(T1 input1, T2 input2)
            {
                foreach (var hook in Before) (input1, input2) = hook(this, input1, input2) ?? (input1, input2);
                var result = AnomalyMode.Watching ? Place.Within(this, () => forward(input1, input2)) : forward(input1, input2);
                foreach (var hook in After) result = hook(this, input1, input2, result);
                return result;
            }
        }

        /// <summary>What is called before and after <c>forward</c>, in the order of registration.</summary>
        public abstract class HookableModule<TPreHook, TPostHook>(string name) : Module(name) where TPreHook : Delegate where TPostHook : Delegate
        {
            private readonly List<TPreHook> _before = [];
            private readonly List<TPostHook> _after = [];

            private protected IReadOnlyList<TPreHook> Before => _before;
            private protected IReadOnlyList<TPostHook> After => _after;

            /// <summary>Called with the input; what it returns is the input from there on.</summary>
            public HookRemover register_forward_pre_hook(TPreHook hook) { _before.Add(hook); return new(() => _before.Remove(hook)); }

            /// <summary>Called with input and result; what it returns is the result from there on.</summary>
            public HookRemover register_forward_hook(TPostHook hook) { _after.Add(hook); return new(() => _after.Remove(hook)); }

            /// <summary>Takes a hook away.</summary>
            public sealed class HookRemover(Action takeAway)
            {
                public void remove() => takeAway();
            }
        }
    }
}
