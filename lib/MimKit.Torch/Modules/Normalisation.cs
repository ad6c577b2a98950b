using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>Normalises the last dimensions to mean 0 and variance 1, then scales and shifts them.</summary>
public sealed class LayerNorm : Module<Tensor, Tensor>
{
    private readonly Parameter? _weight, _bias;

    public long[] normalized_shape { get; }
    public double eps { get; }

    /// <exception cref="InvalidOperationException">The layer was made without (<c>elementwise_affine</c> false).</exception>
    public Parameter weight => _weight ?? throw new InvalidOperationException("This layer norm has no weight: it was made with elementwise_affine: false.");

    /// <exception cref="InvalidOperationException">The layer was made without.</exception>
    public Parameter bias => _bias ?? throw new InvalidOperationException("This layer norm has no bias: it was made with bias: false or elementwise_affine: false.");

    internal LayerNorm(long[] shape, double eps, bool affine, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(LayerNorm))
    {
        (normalized_shape, this.eps) = (shape, eps);
        if (affine) register_parameter("weight", _weight = new Parameter(ones(shape, dtype, device)));
        if (affine && hasBias) register_parameter("bias", _bias = new Parameter(zeros(shape, dtype, device)));
    }

    public override Tensor forward(Tensor input) => functional.layer_norm(input, normalized_shape, _weight, _bias, eps);

    protected override string Sizes => $"({string.Join(", ", normalized_shape)}), eps={eps:R}";
}

/// <summary>Normalises groups of channels of each image.</summary>
public sealed class GroupNorm : Module<Tensor, Tensor>
{
    public Parameter? weight { get; }
    public Parameter? bias { get; }
    public long num_groups { get; }
    public double eps { get; }

    internal GroupNorm(long groups, long channels, double eps, bool affine, Device? device, ScalarType? dtype) : base(nameof(GroupNorm))
    {
        (num_groups, this.eps) = (groups, eps);
        if (!affine) return;
        register_parameter("weight", weight = new Parameter(ones([channels], dtype, device)));
        register_parameter("bias", bias = new Parameter(zeros([channels], dtype, device)));
    }

    public override Tensor forward(Tensor input) => functional.group_norm(input, num_groups, weight, bias, eps);   // [B, C, …]

    protected override string Sizes => $"{num_groups}, eps={eps:R}";
}

/// <summary>
/// Normalises each channel over the batch, then scales and shifts it. Training mode uses the batch's statistics and moves the running ones
/// towards them by <c>momentum</c> (the variance unbiased); eval mode uses the running ones.
/// </summary>
public abstract class BatchNorm : Module<Tensor, Tensor>
{
    private readonly int[] _dimensions;

    private protected BatchNorm(string name, int[] dimensions, long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype) : base(name)
    {
        (_dimensions, num_features, this.eps, this.momentum) = (dimensions, features, eps, momentum);
        if (affine)
        {
            register_parameter("weight", weight = new Parameter(ones([features], dtype, device)));
            register_parameter("bias", bias = new Parameter(zeros([features], dtype, device)));
        }
        if (!track) return;
        register_buffer("running_mean", running_mean = zeros([features], dtype, device));
        register_buffer("running_var", running_var = ones([features], dtype, device));
        register_buffer("num_batches_tracked", num_batches_tracked = zeros([], int64, device));
    }

    public Parameter? weight { get; }
    public Parameter? bias { get; }
    public Tensor? running_mean { get; }
    public Tensor? running_var { get; }
    public Tensor? num_batches_tracked { get; }
    public long num_features { get; }
    public double eps { get; }
    public double momentum { get; }

    public override Tensor forward(Tensor input)
    {
        if (!_dimensions.Contains((int)input.ndim)) throw new ArgumentException($"{GetName()} takes tensors of {string.Join(" or ", _dimensions)} dimensions; this one is {input}.");
        if (training) num_batches_tracked?.add_(1);
        return functional.batch_norm(input, running_mean, running_var, weight, bias, training || running_mean is null, momentum, eps);
    }

    protected override string Sizes => $"{num_features}, eps={eps:R}, momentum={momentum:R}";
}

/// <summary>Batch normalisation of [B, C] or [B, C, L].</summary>
public sealed class BatchNorm1d : BatchNorm
{
    internal BatchNorm1d(long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm1d), [2, 3], features, eps, momentum, affine, track, device, dtype) { }
}

/// <summary>Batch normalisation of [B, C, H, W].</summary>
public sealed class BatchNorm2d : BatchNorm
{
    internal BatchNorm2d(long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm2d), [4], features, eps, momentum, affine, track, device, dtype) { }
}
