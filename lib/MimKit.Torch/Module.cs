using System.Reflection;
using MimKit.Torch.Modules;

namespace MimKit.Torch;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A part of a network: parameters, buffers and children by name. Derived classes call <see cref="RegisterComponents"/> at the end of their constructor.</summary>
        public class Module(string name) : IDisposable
        {
            private readonly Dictionary<string, Parameter> _parameters = [];
            private readonly Dictionary<string, (Tensor Value, bool Persistent)> _buffers = [];
            private readonly Dictionary<string, Module> _children = [];

            public virtual string GetName() => name;
            public bool training { get; private set; } = true;

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

            public void register_parameter(string name, Parameter parameter) { parameter.DetachFromDisposeScope(); _parameters[name] = parameter; }
            public void register_buffer(string name, Tensor tensor, bool persistent = true) { tensor.DetachFromDisposeScope(); _buffers[name] = (tensor, persistent); }
            public void register_module(string name, Module submodule) => _children[name] = submodule;

            public IEnumerable<(string name, Module module)> named_children() => _children.Select(c => (c.Key, c.Value));
            public IEnumerable<Module> children() => _children.Values;
            public IEnumerable<(string name, Module module)> named_modules() =>
                _children.SelectMany(c => c.Value.named_modules().Select(m => ($"{c.Key}.{m.name}", m.module)).Prepend((c.Key, c.Value)));
            public IEnumerable<Module> modules() => named_modules().Select(m => m.module).Prepend(this);

            public IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
                _parameters.Select(p => (p.Key, p.Value)).Concat(!recurse ? [] : _children.SelectMany(c => c.Value.named_parameters().Select(p => ($"{c.Key}.{p.name}", p.parameter))));
            public IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);
            public IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true) =>
                _buffers.Select(b => (b.Key, b.Value.Value)).Concat(!recurse ? [] : _children.SelectMany(c => c.Value.named_buffers().Select(b => ($"{c.Key}.{b.name}", b.buffer))));

            private IEnumerable<(string name, Tensor tensor)> State() =>
                _parameters.Select(p => (p.Key, (Tensor)p.Value)).Concat(_buffers.Where(b => b.Value.Persistent).Select(b => (b.Key, b.Value.Value)))
                    .Concat(_children.SelectMany(c => c.Value.State().Select(s => ($"{c.Key}.{s.name}", s.tensor))));

            /// <summary>Parameters and persistent buffers by their full names; the tensors themselves, not copies.</summary>
            public Dictionary<string, Tensor> state_dict() => State().ToDictionary(s => s.name, s => s.tensor);

            /// <summary>Copies the values of <paramref name="source"/> into this module.</summary>
            /// <exception cref="ArgumentException">A key is missing, unexpected (both only when <paramref name="strict"/>) or has another shape; all of them are listed.</exception>
            public (IList<string> missing_keys, IList<string> unexpected_keys) load_state_dict(IReadOnlyDictionary<string, Tensor> source, bool strict = true)
            {
                var own = state_dict();
                var missing = own.Keys.Where(k => !source.ContainsKey(k)).ToList();
                var unexpected = source.Keys.Where(k => !own.ContainsKey(k)).ToList();
                var mismatched = own.Where(o => source.TryGetValue(o.Key, out var s) && !s.shape.SequenceEqual(o.Value.shape))
                    .Select(o => $"{o.Key}: here [{string.Join(", ", o.Value.shape)}], given [{string.Join(", ", source[o.Key].shape)}]").ToList();
                if (mismatched.Count > 0 || strict && missing.Count + unexpected.Count > 0)
                    throw new ArgumentException($"The state does not fit {GetName()}.{Report("missing", missing)}{Report("unexpected", unexpected)}{Report("of another shape", mismatched)}");
                using var scope = NewDisposeScope();
                using (no_grad())
                    foreach (var (key, tensor) in own)
                        if (source.TryGetValue(key, out var value)) tensor.copy_(value);
                return (missing, unexpected);
            }

            private static string Report(string what, List<string> keys) => keys.Count == 0 ? ""
                : $"\n  {keys.Count} {what}: {string.Join("; ", keys.Take(8))}{(keys.Count > 8 ? "; …" : "")}";

            public virtual void train(bool on = true)
            {
                training = on;
                foreach (var c in _children.Values) c.train(on);
            }
            public void eval() => train(false);
            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var p in parameters())
                    if (set_to_none) p.grad = null; else { using var g = p.grad; g?.zero_(); }
            }

            public void Dispose()
            {
                foreach (var p in _parameters.Values) p.Dispose();
                foreach (var b in _buffers.Values) b.Value.Dispose();
                foreach (var c in _children.Values) c.Dispose();
                GC.SuppressFinalize(this);
            }
        }

        public abstract class Module<T, TResult>(string name) : Module(name)
        {
            public abstract TResult forward(T input);
            public TResult call(T input) => AnomalyMode.Watching ? Place.Within(this, () => forward(input)) : forward(input);
        }

        public abstract class Module<T1, T2, TResult>(string name) : Module(name)
        {
            public abstract TResult forward(T1 input1, T2 input2);
            public TResult call(T1 input1, T2 input2) => AnomalyMode.Watching ? Place.Within(this, () => forward(input1, input2)) : forward(input1, input2);
        }

        public static Linear Linear(long inputSize, long outputSize, bool hasBias = true) => new(inputSize, outputSize, hasBias);
        public static LayerNorm LayerNorm(long normalized_shape, double eps = 1e-05) => new(normalized_shape, eps);
        public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, bool bias = true) => new(in_channels, out_channels, kernel_size, stride, padding, bias);
        public static GELU GELU() => new();
        public static ReLU ReLU() => new();
        public static Identity Identity() => new();
        public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);
        public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
    }
}
