using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>x Φ(x), exactly or by tanh.</summary>
public sealed class GELU : Module<Tensor, Tensor>
{
    private static readonly Op Gelu = new("aten::gelu");

    public enum Approximate { none, tanh }

    internal GELU(Approximate approximate) : base(nameof(GELU)) => this.approximate = approximate;

    public Approximate approximate { get; }

    public override Tensor forward(Tensor input) => Gelu.Call(input, approximate.ToString());

    protected override string Sizes => $"approximate={approximate}";
}

public sealed class ReLU() : Module<Tensor, Tensor>(nameof(ReLU))
{
    public override Tensor forward(Tensor input) => input.relu();
}

/// <summary>max(0, x) + slope · min(0, x).</summary>
public sealed class LeakyReLU : Module<Tensor, Tensor>
{
    internal LeakyReLU(double slope) : base(nameof(LeakyReLU)) => negative_slope = slope;

    public double negative_slope { get; }

    public override Tensor forward(Tensor input) => functional.leaky_relu(input, negative_slope);

    protected override string Sizes => $"negative_slope={negative_slope:R}";
}

/// <summary>x σ(x).</summary>
public sealed class SiLU() : Module<Tensor, Tensor>(nameof(SiLU))
{
    public override Tensor forward(Tensor input) => input.silu();
}

public sealed class Sigmoid() : Module<Tensor, Tensor>(nameof(Sigmoid))
{
    public override Tensor forward(Tensor input) => input.sigmoid();
}

public sealed class Tanh() : Module<Tensor, Tensor>(nameof(Tanh))
{
    public override Tensor forward(Tensor input) => input.tanh();
}

public sealed class Softmax(long dim) : Module<Tensor, Tensor>(nameof(Softmax))
{
    public override Tensor forward(Tensor input) => input.softmax(dim);

    protected override string Sizes => $"dim={dim}";
}

public sealed class LogSoftmax(long dim) : Module<Tensor, Tensor>(nameof(LogSoftmax))
{
    public override Tensor forward(Tensor input) => input.log_softmax(dim);

    protected override string Sizes => $"dim={dim}";
}

public sealed class Identity() : Module<Tensor, Tensor>(nameof(Identity))
{
    public override Tensor forward(Tensor input) => input;
}

/// <summary>Makes several dimensions one.</summary>
public sealed class Flatten(long start_dim, long end_dim) : Module<Tensor, Tensor>(nameof(Flatten))
{
    public override Tensor forward(Tensor input) => input.flatten(start_dim, end_dim);

    protected override string Sizes => $"start_dim={start_dim}, end_dim={end_dim}";
}

/// <summary>[B, C r², H, W] to [B, C, H r, W r]: SimMIM's decoder.</summary>
public sealed class PixelShuffle(long upscale_factor) : Module<Tensor, Tensor>(nameof(PixelShuffle))
{
    public override Tensor forward(Tensor input) => functional.pixel_shuffle(input, upscale_factor);

    protected override string Sizes => $"upscale_factor={upscale_factor}";
}

/// <summary>In training mode: zeroes values with probability p, from libtorch's generator, and divides the others by 1 − p.</summary>
public sealed class Dropout : Module<Tensor, Tensor>
{
    internal Dropout(double p) : base(nameof(Dropout)) =>
        this.p = p is >= 0 and <= 1 ? p : throw new ArgumentException($"A dropout probability lies in 0 to 1; this one is {p}.");

    public double p { get; }

    public override Tensor forward(Tensor input) => functional.dropout(input, p, training);

    protected override string Sizes => $"p={p:R}";
}

/// <summary>In training mode: zeroes whole channels of [B, C, H, W] with probability p, and divides the others by 1 − p.</summary>
public sealed class Dropout2d : Module<Tensor, Tensor>
{
    internal Dropout2d(double p) : base(nameof(Dropout2d)) =>
        this.p = p is >= 0 and <= 1 ? p : throw new ArgumentException($"A dropout probability lies in 0 to 1; this one is {p}.");

    public double p { get; }

    public override Tensor forward(Tensor input) => functional.dropout2d(input, p, training);

    protected override string Sizes => $"p={p:R}";
}
