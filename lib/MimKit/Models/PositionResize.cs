namespace MimKit.Models;

/// <summary>
/// Bicubic resizing of a learned position embedding to another grid. Released DINO (facebookresearch/dino, vision_transformer.py,
/// interpolate_pos_encoding) does it in every forward pass with the scale (new + 0.1) / old, so that the places lie a little off those of a
/// plain resize; MAE (util/pos_embed.py) does it once, where a checkpoint is read, with new / old.
/// </summary>
public static class PositionResize
{
    private const double Cubic = -0.75;                                            // PyTorch's coefficient of the cubic kernel
    private const double DinoOffset = 0.1;                                         // its guard against a size that is rounded down

    /// <summary>The weights by which one axis of <paramref name="from"/> places becomes one of <paramref name="to"/>.</summary>
    /// <param name="offset">what is added to <paramref name="to"/> where the scale is found; 0: a plain resize</param>
    /// <returns>[to, from] float32; rows sum to 1; the identity where both are equal</returns>
    public static Tensor Axis(int from, int to, double offset = DinoOffset)
    {
        var weights = new float[to * from];
        for (var place = 0; place < to; place++)
        {
            if (from == to)
            {
                weights[place * from + place] = 1;
                continue;
            }
            var source = (place + 0.5) * from / (to + offset) - 0.5;
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

    /// <summary>Resizes a whole table with its class tokens, as MAE does where a checkpoint is read.</summary>
    /// <param name="table">[1, E + from², D]; the first E rows are of no patch and stay</param>
    /// <param name="from">patches along a side</param>
    /// <param name="to">patches along a side, wanted</param>
    /// <returns>[1, E + to², D]</returns>
    public static Tensor Table(Tensor table, int from, int to)
    {
        var extra = table.size(1) - from * from;
        var axis = Axis(from, to, offset: 0);
        return cat([table.narrow(1, 0, extra), Apply(table.narrow(1, extra, from * from), axis, axis)], 1);
    }

    private static double Kernel(double x) => x switch
    {
        <= 1 => ((Cubic + 2) * x - (Cubic + 3)) * x * x + 1,
        < 2 => ((Cubic * x - 5 * Cubic) * x + 8 * Cubic) * x - 4 * Cubic,
        _ => 0,
    };
}
