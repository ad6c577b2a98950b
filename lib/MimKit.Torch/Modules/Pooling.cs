using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>The largest value of each window, [B, C, H, W].</summary>
public sealed class MaxPool2d : Module<Tensor, Tensor>
{
    internal MaxPool2d(long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil) : base(nameof(MaxPool2d)) =>
        (kernel_size, this.stride, this.padding, this.dilation, ceil_mode) = (kernel, stride ?? kernel, padding ?? [0, 0], dilation ?? [1, 1], ceil);

    public long[] kernel_size { get; }
    public long[] stride { get; }
    public long[] padding { get; }
    public long[] dilation { get; }
    public bool ceil_mode { get; }

    public override Tensor forward(Tensor input) => functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

    protected override string Sizes => $"kernel_size=({string.Join(", ", kernel_size)}), stride=({string.Join(", ", stride)}), padding=({string.Join(", ", padding)})";
}

/// <summary>The mean of each window, [B, C, H, W].</summary>
public sealed class AvgPool2d : Module<Tensor, Tensor>
{
    internal AvgPool2d(long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countPadding, long? divisor) : base(nameof(AvgPool2d)) =>
        (kernel_size, this.stride, this.padding, ceil_mode, count_include_pad, divisor_override) = (kernel, stride ?? kernel, padding ?? [0, 0], ceil, countPadding, divisor);

    public long[] kernel_size { get; }
    public long[] stride { get; }
    public long[] padding { get; }
    public bool ceil_mode { get; }
    public bool count_include_pad { get; }
    public long? divisor_override { get; }

    public override Tensor forward(Tensor input) => functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);

    protected override string Sizes => $"kernel_size=({string.Join(", ", kernel_size)}), stride=({string.Join(", ", stride)}), padding=({string.Join(", ", padding)})";
}

/// <summary>Means over windows that are as even as they can be, so that any image gives a grid of one size.</summary>
public sealed class AdaptiveAvgPool2d : Module<Tensor, Tensor>
{
    internal AdaptiveAvgPool2d(long[] size) : base(nameof(AdaptiveAvgPool2d)) => output_size = size;

    public long[] output_size { get; }

    public override Tensor forward(Tensor input) => functional.adaptive_avg_pool2d(input, output_size);

    protected override string Sizes => $"output_size=({string.Join(", ", output_size)})";
}

/// <summary>Another size of [B, C, H, W], given or as a multiple.</summary>
public sealed class Upsample : Module<Tensor, Tensor>
{
    internal Upsample(long[]? size, double[]? scale, UpsampleMode mode, bool alignCorners) : base(nameof(Upsample))
    {
        if (size is null == scale is null) throw new ArgumentException("An upsampling takes a size or a scale factor, and not both.");
        if (alignCorners && mode == UpsampleMode.Nearest) throw new ArgumentException("The nearest pixel has no corners to align; leave align_corners out.");
        (this.size, scale_factor, this.mode, align_corners) = (Two(size), Two(scale), mode, alignCorners);
    }

    public long[]? size { get; }
    public double[]? scale_factor { get; }
    public UpsampleMode mode { get; }
    public bool align_corners { get; }

    public override Tensor forward(Tensor input) => functional.interpolate(input, size, scale_factor, (InterpolationMode)mode, align_corners);

    protected override string Sizes => $"{(size is null ? $"scale_factor=({string.Join(", ", scale_factor!)})" : $"size=({string.Join(", ", size)})")}, mode={mode}";

    private static T[]? Two<T>(T[]? given) => given is [var both] ? [both, both] : given;
}
