using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>Weight, bias and sizes of a 2-d convolution. PyTorch's start: U(±1/√fan-in) for both.</summary>
public abstract class Convolution : Module<Tensor, Tensor>
{
    private protected readonly Window Window;

    private protected Convolution(string name, long[] weightShape, long outChannels, bool hasBias, Window window, Device? device, ScalarType? dtype) : base(name)
    {
        Window = window;
        register_parameter("weight", weight = new Parameter(empty(weightShape, dtype, device)));
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (!hasBias) return;
        var bound = 1 / Math.Sqrt(init.CalculateFanInAndFanOut(weight).fanIn);
        register_parameter("bias", bias = new Parameter(empty([outChannels], dtype, device)));
        init.uniform_(bias, -bound, bound);
    }

    public Parameter weight { get; }
    public Parameter? bias { get; }
    public abstract long in_channels { get; }
    public abstract long out_channels { get; }
    public long[] kernel_size => Window.Kernel;
    public long[] stride => Window.Stride;
    public long[] padding => Window.Padding;
    public long[] dilation => Window.Dilation;
    public long groups => Window.Groups;

    protected override string Sizes =>
        $"{in_channels}, {out_channels}, kernel_size=({string.Join(", ", kernel_size)}), stride=({string.Join(", ", stride)}), padding=({string.Join(", ", padding)}), bias={bias is not null}";
}

/// <summary>2-d convolution, weight [out, in / groups, k, k].</summary>
public sealed class Conv2d : Convolution
{
    private static readonly long[] None = [0, 0];

    internal Conv2d(long inChannels, long outChannels, Window window, bool hasBias, Device? device, ScalarType? dtype)
        : base(nameof(Conv2d), [outChannels, inChannels / window.Groups, .. window.Kernel], outChannels, hasBias, window, device, dtype) { }

    public override long in_channels => weight.size(1) * groups;
    public override long out_channels => weight.size(0);

    public override Tensor forward(Tensor input)                                   // [B, in, H, W]
    {
        if (Window.Mode == PaddingModes.Zeros) return functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
        var framed = functional.pad(input, [padding[1], padding[1], padding[0], padding[0]], Window.Mode);
        return functional.conv2d(framed, weight, bias, stride, None, dilation, groups);
    }
}

/// <summary>2-d transposed convolution, weight [in, out / groups, k, k]: the gradient of a convolution with respect to its input.</summary>
public sealed class ConvTranspose2d : Convolution
{
    internal ConvTranspose2d(long inChannels, long outChannels, Window window, bool hasBias, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose2d), [inChannels, outChannels / window.Groups, .. window.Kernel], outChannels, hasBias, window, device, dtype)
    {
        if (window.Mode != PaddingModes.Zeros) throw new ArgumentException($"A transposed convolution pads with zeros; {window.Mode} is not possible.");
    }

    public override long in_channels => weight.size(0);
    public override long out_channels => weight.size(1) * groups;
    public long[] output_padding => Window.OutputPadding;

    public override Tensor forward(Tensor input) => functional.conv_transpose2d(input, weight, bias, stride, padding, output_padding, dilation, groups);
}
