using static MimKit.Torch.torch.nn;

namespace MimKit.Torch;

/// <summary>How a convolution's sizes are given: one number for both sides, or (height, width).</summary>
internal sealed record Window(long[] Kernel, long[] Stride, long[] Padding, long[] Dilation, long[] OutputPadding, long Groups, PaddingModes Mode)
{
    internal static Window Square(long kernel, long stride, long padding, long dilation, long groups, PaddingModes mode, long outputPadding = 0) =>
        new([kernel, kernel], [stride, stride], [padding, padding], [dilation, dilation], [outputPadding, outputPadding], groups, mode);

    internal static Window Sides((long, long) kernel, (long, long)? stride, (long, long)? padding, (long, long)? dilation, long groups, PaddingModes mode, (long, long)? outputPadding = null) =>
        new(Pair(kernel), Pair(stride ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(dilation ?? (1, 1)), Pair(outputPadding ?? (0, 0)), groups, mode);

    private static long[] Pair((long Height, long Width) sides) => [sides.Height, sides.Width];
}
