namespace MimKit.Models;

/// <summary>
/// Takes a table of relative position biases to another window, as BEiT v2's fine-tuning does (METHODS 1.2): the offsets of the old window are
/// laid out at growing distances so that they span the new one, and a cubic spline through them is read at whole offsets.
/// </summary>
/// <param name="from">patches along a side of the old, square window</param>
/// <param name="to">patches along a side of the new one</param>
/// <exception cref="ArgumentException">The old window is too small for a cubic spline.</exception>
public sealed class RelativePositionResize(int from, int to)
{
    private const int FewestPatches = 3;                                           // five offsets
    private const int ClassRows = 3;                                               // class token to patch, patch to it, it to itself
    private const double SmallestGrowth = 1.01, LargestGrowth = 1.5, Precision = 1e-6;

    /// <summary>Each distance between neighbouring offsets is this many times the one before, going outwards.</summary>
    public double Growth { get; } = from >= FewestPatches && to >= 1 ? FindGrowth(from - 1, to - 1)
        : throw new ArgumentException($"A position bias table of {from}×{from} patches cannot be resized to {to}×{to}: a cubic spline needs a window of at least {FewestPatches}×{FewestPatches}.");

    /// <summary>Where the old offsets lie, [2 · from − 1].</summary>
    public double[] Source => Positions(Growth, from - 1);

    /// <summary>Where they are read, [2 · to − 1]: −(to − 1), …, to − 1.</summary>
    public double[] Wanted => [.. Enumerable.Range(1 - to, 2 * to - 1).Select(offset => (double)offset)];

    /// <summary>Resizes a table.</summary>
    /// <param name="table">[(2 · from − 1)² + 3, H]; the last three rows belong to the class token and stay</param>
    /// <returns>[(2 · to − 1)² + 3, H] float32</returns>
    public Tensor Apply(Tensor table)
    {
        long s = 2 * from - 1, d = 2 * to - 1, heads = table.size(1);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var spline = Spline(Source, Wanted);                                       // [d, s] float64
        var offsets = table.narrow(0, 0, s * s).t().reshape(heads, s, s).to(float64);
        var read = spline.matmul(offsets).matmul(spline.t()).reshape(heads, d * d).t().to(float32);
        return cat([read, table.narrow(0, s * s, ClassRows)], 0).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The window's side that a table was made for; null if it is of no square window.</summary>
    public static int? SideOf(long rows)
    {
        var side = (int)Math.Round(Math.Sqrt(rows - ClassRows));
        return (long)side * side == rows - ClassRows && side % 2 == 1 ? (side + 1) / 2 : null;
    }

    // 1 + q + q² + … over the old offsets of one side shall be the new window's reach.
    private static double FindGrowth(int offsets, int reach)
    {
        var (low, high) = (SmallestGrowth, LargestGrowth);
        while (high - low > Precision)
        {
            var q = (low + high) / 2;
            if ((1 - Math.Pow(q, offsets)) / (1 - q) > reach) high = q; else low = q;
        }
        return (low + high) / 2;
    }

    private static double[] Positions(double growth, int offsets)
    {
        var outwards = new double[offsets];
        for (var (i, step, place) = (0, 1.0, 0.0); i < offsets; i++, step *= growth) outwards[i] = place += step;
        return [.. outwards.Reverse().Select(place => -place), 0, .. outwards];
    }

    // The interpolating cubic spline whose first two pieces are one polynomial, and last two (FITPACK's choice of knots), as a matrix on values at x.
    private static Tensor Spline(double[] x, double[] wanted)
    {
        var (n, h) = (x.Length, x.Zip(x.Skip(1), (a, b) => b - a).ToArray());
        var (left, right) = (new double[n * n], new double[n * n]);                // left · second derivatives = right · values
        for (var i = 1; i < n - 1; i++)
        {
            (left[i * n + i - 1], left[i * n + i], left[i * n + i + 1]) = (h[i - 1], 2 * (h[i - 1] + h[i]), h[i]);
            (right[i * n + i - 1], right[i * n + i], right[i * n + i + 1]) = (6 / h[i - 1], -6 / h[i - 1] - 6 / h[i], 6 / h[i]);
        }
        (left[0], left[1], left[2]) = (h[1], -h[0] - h[1], h[0]);
        (left[n * n - 3], left[n * n - 2], left[n * n - 1]) = (h[n - 2], -h[n - 3] - h[n - 2], h[n - 3]);
        var bend = linalg.solve(tensor(left, [n, n]), tensor(right, [n, n]));      // [n, n]

        var (values, bends) = (new double[wanted.Length * n], new double[wanted.Length * n]);
        for (var row = 0; row < wanted.Length; row++)
        {
            var at = Math.Clamp(wanted[row], x[0], x[n - 1]);
            var i = Math.Clamp(Array.FindLastIndex(x, place => place <= at), 0, n - 2);
            var (a, b) = ((x[i + 1] - at) / h[i], (at - x[i]) / h[i]);
            (values[row * n + i], values[row * n + i + 1]) = (a, b);
            (bends[row * n + i], bends[row * n + i + 1]) = ((a * a * a - a) * h[i] * h[i] / 6, (b * b * b - b) * h[i] * h[i] / 6);
        }
        return tensor(values, [wanted.Length, n]) + tensor(bends, [wanted.Length, n]).matmul(bend);
    }
}
