using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>y = x Wᵀ + b, W [out, in]. PyTorch's start: U(±1/√in) for both.</summary>
public sealed class Linear : Module<Tensor, Tensor>
{
    public Parameter weight { get; }
    public Parameter? bias { get; }

    internal Linear(Parameter weight, Parameter? bias) : base(nameof(Linear))
    {
        register_parameter("weight", this.weight = weight);
        if (bias is not null) register_parameter("bias", this.bias = bias);
    }

    internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype)
        : this(new(empty([outputSize, inputSize], dtype, device)), hasBias ? new(empty([outputSize], dtype, device)) : null)
    {
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (bias is not null) init.uniform_(bias, -1 / Math.Sqrt(inputSize), 1 / Math.Sqrt(inputSize));
    }

    public long in_features => weight.size(1);
    public long out_features => weight.size(0);

    public override Tensor forward(Tensor input) => functional.linear(input, weight, bias);

    protected override string Sizes => $"in_features={in_features}, out_features={out_features}, bias={bias is not null}";
}

/// <summary>Row i of a table for every i. PyTorch's start: N(0, 1), with zeros at <c>padding_idx</c>, which is not trained.</summary>
public sealed class Embedding : Module<Tensor, Tensor>
{
    private static readonly Op Lookup = new("aten::embedding");
    private readonly long _padding;

    public Parameter weight { get; }

    internal Embedding(Tensor weight, bool requires_grad, long? padding_idx) : base(nameof(Embedding))
    {
        _padding = padding_idx is { } index ? index < 0 ? index + weight.size(0) : index : -1;
        register_parameter("weight", this.weight = new Parameter(weight, requires_grad));
    }

    internal Embedding(long count, long width, long? padding_idx, Device? device, ScalarType? dtype) : this(empty([count, width], dtype, device), true, padding_idx)
    {
        init.normal_(weight);
        if (_padding >= 0) init.zeros_(weight.narrow(0, _padding, 1));
    }

    /// <param name="input">int64, any shape</param>
    /// <returns>the shape of the input, with the table's width behind</returns>
    public override Tensor forward(Tensor input) => Lookup.Call(weight, input, _padding);

    protected override string Sizes => $"{weight.size(0)}, {weight.size(1)}";
}
