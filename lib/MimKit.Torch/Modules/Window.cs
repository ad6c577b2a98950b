using static MimKit.Torch.torch.nn;

namespace MimKit.Torch;

/// <summary>The sizes of a convolution, a number a dimension.</summary>
internal sealed record Window(long[] Kernel, long[] Stride, long[] Padding, long[] Dilation, long[] OutputPadding, long Groups, PaddingModes Mode)
{
    /// <summary>The same in all dimensions.</summary>
    internal static Window Even(int dimensions, long kernel, long stride, long padding, long dilation, long groups, PaddingModes mode, long outputPadding = 0)
    {
        return new(All(kernel), All(stride), All(padding), All(dilation), All(outputPadding), groups, mode);

        long[] All(long size) => [.. Enumerable.Repeat(size, dimensions)];
    }

    /// <summary>Height and width.</summary>
    internal static Window Sides((long, long) kernel, (long, long)? stride, (long, long)? padding, (long, long)? dilation, long groups, PaddingModes mode, (long, long)? outputPadding = null) =>
        new(Pair(kernel), Pair(stride ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(dilation ?? (1, 1)), Pair(outputPadding ?? (0, 0)), groups, mode);

    private static long[] Pair((long Height, long Width) sides) => [sides.Height, sides.Width];
}
