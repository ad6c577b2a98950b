using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Models;

/// <summary>
/// Bicubic resizing of a learned position embedding to another grid, as released DINO does it (facebookresearch/dino,
/// vision_transformer.py, interpolate_pos_encoding): the scale is (new + 0.1) / old, so that the places lie a little off those of a plain resize.
/// </summary>
public static class PositionResize
{
    private const double Cubic = -0.75;                                            // PyTorch's coefficient of the cubic kernel
    private const double ScaleOffset = 0.1;                                        // DINO's guard against a size that is rounded down

    /// <summary>The weights by which one axis of <paramref name="from"/> places becomes one of <paramref name="to"/>.</summary>
    /// <returns>[to, from] float32; rows sum to 1; the identity where both are equal</returns>
    public static Tensor Axis(int from, int to)
    {
        var weights = new float[to * from];
        for (var place = 0; place < to; place++)
        {
            if (from == to)
            {
                weights[place * from + place] = 1;
                continue;
            }
            var source = (place + 0.5) * from / (to + ScaleOffset) - 0.5;
            var first = (int)Math.Floor(source);
            for (var tap = -1; tap <= 2; tap++)                                    // beyond the edge the edge is repeated
                weights[place * from + Math.Clamp(first + tap, 0, from - 1)] += (float)Kernel(Math.Abs(source - (first + tap)));
        }
        return tensor(weights, [to, from]);
    }

    /// <summary>Resizes patch positions, differentiable.</summary>
    /// <param name="positions">[1, R · C, D]</param>
    /// <param name="rows">[r, R] from <see cref="Axis"/></param>
    /// <param name="columns">[c, C] from <see cref="Axis"/></param>
    /// <returns>[1, r · c, D]</returns>
    public static Tensor Apply(Tensor positions, Tensor rows, Tensor columns)
    {
        long R = rows.size(1), C = columns.size(1), D = positions.size(2);
        var tall = rows.matmul(positions.reshape(R, C * D)).reshape(-1, C, D);     // [r, C, D]
        return columns.matmul(tall).reshape(1, -1, D);                             // [r, c, D]
    }

    private static double Kernel(double x) => x switch
    {
        <= 1 => ((Cubic + 2) * x - (Cubic + 3)) * x * x + 1,
        < 2 => ((Cubic * x - 5 * Cubic) * x + 8 * Cubic) * x - 4 * Cubic,
        _ => 0,
    };
}
