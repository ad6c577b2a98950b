using static MimKit.Torch.torch;
using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>A tensor that a module trains. It lives until its module is disposed, whatever scope it was made in.</summary>
public sealed class Parameter : Tensor
{
    public Parameter(Tensor data, bool requires_grad = true) : base(Native.mk_tensor_alias(Leaf(data)))
    {
        DetachFromDisposeScope();
        this.requires_grad = requires_grad;
    }

    private static nint Leaf(Tensor data) => (data.is_leaf ? data : data.detach()).Handle;
}

/// <summary>y = x Wᵀ + b, W [out, in]. PyTorch's start: U(±1/√in) for both.</summary>
public sealed class Linear : Module<Tensor, Tensor>
{
    public Parameter weight { get; }
    public Parameter? bias { get; }

    internal Linear(long inputSize, long outputSize, bool hasBias) : base(nameof(Linear))
    {
        weight = new Parameter(empty(outputSize, inputSize));
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        register_parameter("weight", weight);
        if (!hasBias) return;
        bias = new Parameter(empty(outputSize));
        init.uniform_(bias, -1 / Math.Sqrt(inputSize), 1 / Math.Sqrt(inputSize));
        register_parameter("bias", bias);
    }

    public override Tensor forward(Tensor input) => functional.linear(input, weight, bias);
}

/// <summary>Normalises the last dimension to mean 0 and variance 1, then scales and shifts it.</summary>
public sealed class LayerNorm : Module<Tensor, Tensor>
{
    public Parameter weight { get; }
    public Parameter bias { get; }
    public double eps { get; }

    internal LayerNorm(long width, double eps) : base(nameof(LayerNorm))
    {
        this.eps = eps;
        register_parameter("weight", weight = new Parameter(ones(width)));
        register_parameter("bias", bias = new Parameter(zeros(width)));
    }

    public override Tensor forward(Tensor input) => functional.layer_norm(input, weight.shape, weight, bias, eps);
}

/// <summary>2-d convolution, weight [out, in, k, k].</summary>
public sealed class Conv2d : Module<Tensor, Tensor>
{
    public Parameter weight { get; }
    public Parameter? bias { get; }
    private readonly long[] _stride, _padding;

    internal Conv2d(long inChannels, long outChannels, long kernel, long stride, long padding, bool hasBias) : base(nameof(Conv2d))
    {
        (_stride, _padding) = ([stride, stride], [padding, padding]);
        weight = new Parameter(empty(outChannels, inChannels, kernel, kernel));
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        register_parameter("weight", weight);
        if (!hasBias) return;
        var bound = 1 / Math.Sqrt(inChannels * kernel * kernel);
        bias = new Parameter(empty(outChannels));
        init.uniform_(bias, -bound, bound);
        register_parameter("bias", bias);
    }

    public override Tensor forward(Tensor input) => functional.conv2d(input, weight, bias, _stride, _padding);
}

/// <summary>The exact (erf) GELU.</summary>
public sealed class GELU() : Module<Tensor, Tensor>(nameof(GELU))
{
    public override Tensor forward(Tensor input) => functional.gelu(input);
}

public sealed class ReLU() : Module<Tensor, Tensor>(nameof(ReLU))
{
    public override Tensor forward(Tensor input) => input.relu();
}

public sealed class Identity() : Module<Tensor, Tensor>(nameof(Identity))
{
    public override Tensor forward(Tensor input) => input;
}

/// <summary>Modules applied one after the other, named 0, 1, 2, …</summary>
public sealed class Sequential : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor>[] _steps;

    internal Sequential(Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
    {
        _steps = modules;
        for (var i = 0; i < modules.Length; i++) register_module($"{i}", modules[i]);
    }

    public override Tensor forward(Tensor input) => _steps.Aggregate(input, (x, m) => m.call(x));
}

/// <summary>A list of modules, named 0, 1, 2, …</summary>
public sealed class ModuleList<T> : Module, IReadOnlyList<T> where T : Module
{
    private readonly List<T> _items = [];

    internal ModuleList(T[] modules) : base(nameof(ModuleList<T>))
    {
        foreach (var m in modules) append(m);
    }

    public void append(T module) { register_module($"{_items.Count}", module); _items.Add(module); }
    public T this[int index] => _items[index];
    public int Count => _items.Count;
    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();
    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
