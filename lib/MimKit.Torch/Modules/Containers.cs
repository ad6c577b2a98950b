using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>Modules applied one after the other, named 0, 1, 2, … unless names are given.</summary>
public sealed class Sequential : Module<Tensor, Tensor>
{
    private readonly List<Module<Tensor, Tensor>> _steps = [];

    internal Sequential(IEnumerable<(string name, Module<Tensor, Tensor> module)> modules) : base(nameof(Sequential))
    {
        foreach (var (name, module) in modules) append(name, module);
    }

    public int Count => _steps.Count;
    public Module<Tensor, Tensor> this[int index] => _steps[index];

    public Sequential append(string name, Module<Tensor, Tensor> module) { register_module(name, module); _steps.Add(module); return this; }
    public Sequential append(Module<Tensor, Tensor> module) => append($"{_steps.Count}", module);

    public override Tensor forward(Tensor input) => _steps.Aggregate(input, (x, m) => m.call(x));
}

/// <summary>A list of modules, named 0, 1, 2, …</summary>
public sealed class ModuleList<T> : Module, IReadOnlyList<T> where T : Module
{
    private readonly List<T> _items = [];

    public ModuleList(params T[] modules) : base(nameof(ModuleList<T>)) => extend(modules);

    public int Count => _items.Count;

    public T this[int index]
    {
        get => _items[index];
        set { _items[index] = value; register_module($"{index}", value); }
    }

    public void append(params T[] modules) => extend(modules);
    public void Add(T item) => append(item);

    public void extend(IEnumerable<T> modules)
    {
        foreach (var m in modules) { register_module($"{_items.Count}", m); _items.Add(m); }
    }

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Modules by name, in the order they were added.</summary>
public sealed class ModuleDict<T> : Module, IEnumerable<(string, T)> where T : Module
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, T> _items = [];

    public ModuleDict(params (string, T)[] modules) : base(nameof(ModuleDict<T>))
    {
        foreach (var (key, module) in modules) Add(key, module);
    }

    public int Count => _names.Count;

    public T this[string key]
    {
        get => _items.TryGetValue(key, out var module) ? module : throw new KeyNotFoundException($"There is no module '{key}'; there are: {string.Join(", ", _names)}.");
        set { if (_items.ContainsKey(key)) { _items[key] = value; register_module(key, value); } else Add(key, value); }
    }

    public void Add(string key, T value)
    {
        if (_items.ContainsKey(key)) throw new ArgumentException($"There is a module '{key}' already; assign to replace it.");
        register_module(key, value);
        _names.Add(key);
        _items.Add(key, value);
    }

    /// <summary>Takes a module out; it is not disposed.</summary>
    public bool Remove(string key)
    {
        if (!_items.Remove(key)) return false;
        _names.Remove(key);
        Unregister(key);
        return true;
    }

    public bool ContainsKey(string key) => _items.ContainsKey(key);
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _items.TryGetValue(key, out value);
    public IEnumerable<string> keys() => _names;
    public IEnumerable<T> values() => _names.Select(name => _items[name]);
    public IEnumerator<(string, T)> items() => GetEnumerator();

    public IEnumerator<(string, T)> GetEnumerator() => _names.Select(name => (name, _items[name])).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
