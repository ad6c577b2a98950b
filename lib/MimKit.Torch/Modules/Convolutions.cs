using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>Weight, bias and sizes of a convolution in one, two or three dimensions. PyTorch's start: U(±1/√fan-in) for weight and bias.</summary>
public abstract class Convolution : Module<Tensor, Tensor>
{
    private static readonly Op[] Straight = [new("aten::conv1d"), new("aten::conv2d"), new("aten::conv3d")],
        Back = [new("aten::conv_transpose1d"), new("aten::conv_transpose2d", "input"), new("aten::conv_transpose3d", "input")];

    private readonly Window _window;

    // weight: [out, in / groups, k …], transposed [in, out / groups, k …]
    private protected Convolution(string name, long inChannels, long outChannels, Window window, bool transposed, bool hasBias, Device? device, ScalarType? dtype) : base(name)
    {
        if (transposed && window.Mode != PaddingModes.Zeros) throw new ArgumentException($"A transposed convolution pads with zeros; {window.Mode} is not possible.");
        (_window, this.transposed) = (window, transposed);
        long[] channels = transposed ? [inChannels, outChannels / window.Groups] : [outChannels, inChannels / window.Groups];
        register_parameter("weight", weight = new Parameter(empty([.. channels, .. window.Kernel], dtype, device)));
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (!hasBias) return;
        var bound = 1 / Math.Sqrt(init.CalculateFanInAndFanOut(weight).fanIn);
        register_parameter("bias", bias = new Parameter(empty([outChannels], dtype, device)));
        init.uniform_(bias, -bound, bound);
    }

    public Parameter weight { get; }
    public Parameter? bias { get; }
    public bool transposed { get; }
    public long in_channels => transposed ? weight.size(0) : weight.size(1) * groups;
    public long out_channels => transposed ? weight.size(1) * groups : weight.size(0);
    public long[] kernel_size => _window.Kernel;
    public long[] stride => _window.Stride;
    public long[] padding => _window.Padding;
    public long[] output_padding => _window.OutputPadding;
    public long[] dilation => _window.Dilation;
    public long groups => _window.Groups;

    /// <param name="input">[B, in, …] or [in, …]</param>
    public override Tensor forward(Tensor input)
    {
        var kind = kernel_size.Length - 1;
        if (transposed) return Back[kind].Call(input, weight, bias, stride, padding, output_padding, groups, dilation);
        if (_window.Mode == PaddingModes.Zeros) return Straight[kind].Call(input, weight, bias, stride, padding, dilation, groups);
        var framed = functional.pad(input, [.. padding.Reverse().SelectMany(side => new[] { side, side })], _window.Mode);      // the last dimension first
        return Straight[kind].Call(framed, weight, bias, stride, new long[kind + 1], dilation, groups);
    }

    protected override string Sizes =>
        $"{in_channels}, {out_channels}, kernel_size=({string.Join(", ", kernel_size)}), stride=({string.Join(", ", stride)}), padding=({string.Join(", ", padding)}), bias={bias is not null}";
}

/// <summary>1-d convolution, [B, in, L], weight [out, in / groups, k].</summary>
public sealed class Conv1d : Convolution
{
    internal Conv1d(long inChannels, long outChannels, Window window, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Conv1d), inChannels, outChannels, window, false, hasBias, device, dtype) { }
}

/// <summary>2-d convolution, [B, in, H, W], weight [out, in / groups, k, k].</summary>
public sealed class Conv2d : Convolution
{
    internal Conv2d(long inChannels, long outChannels, Window window, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Conv2d), inChannels, outChannels, window, false, hasBias, device, dtype) { }
}

/// <summary>3-d convolution, [B, in, D, H, W], weight [out, in / groups, k, k, k].</summary>
public sealed class Conv3d : Convolution
{
    internal Conv3d(long inChannels, long outChannels, Window window, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Conv3d), inChannels, outChannels, window, false, hasBias, device, dtype) { }
}

/// <summary>1-d transposed convolution, weight [in, out / groups, k]: the gradient of a convolution with respect to its input.</summary>
public sealed class ConvTranspose1d : Convolution
{
    internal ConvTranspose1d(long inChannels, long outChannels, Window window, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(ConvTranspose1d), inChannels, outChannels, window, true, hasBias, device, dtype) { }
}

/// <summary>2-d transposed convolution, weight [in, out / groups, k, k].</summary>
public sealed class ConvTranspose2d : Convolution
{
    internal ConvTranspose2d(long inChannels, long outChannels, Window window, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(ConvTranspose2d), inChannels, outChannels, window, true, hasBias, device, dtype) { }
}

/// <summary>3-d transposed convolution, weight [in, out / groups, k, k, k].</summary>
public sealed class ConvTranspose3d : Convolution
{
    internal ConvTranspose3d(long inChannels, long outChannels, Window window, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(ConvTranspose3d), inChannels, outChannels, window, true, hasBias, device, dtype) { }
}
