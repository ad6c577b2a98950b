namespace MimKit.Data;

/// <summary>Turning, shearing and moving: Pillow's affine transform with its bicubic (a = −1), pixels from outside in one colour.</summary>
public static class Affine
{
    /// <summary>Turns counter-clockwise about the centre.</summary>
    public static Picture Rotate(this Picture p, double degrees, ReadOnlySpan<byte> fill)
    {
        var angle = -degrees % 360 * Math.PI / 180;
        var (cos, sin) = (Math.Round(Math.Cos(angle), 15), Math.Round(Math.Sin(angle), 15));
        var (cx, cy) = (p.Width / 2.0, p.Height / 2.0);
        return p.Transform([cos, sin, cx - cos * cx - sin * cy, -sin, cos, cy + sin * cx - cos * cy], fill);
    }

    public static Picture ShearX(this Picture p, double factor, ReadOnlySpan<byte> fill) => p.Transform([1, factor, 0, 0, 1, 0], fill);
    public static Picture ShearY(this Picture p, double factor, ReadOnlySpan<byte> fill) => p.Transform([1, 0, 0, factor, 1, 0], fill);
    public static Picture MoveX(this Picture p, double pixels, ReadOnlySpan<byte> fill) => p.Transform([1, 0, pixels, 0, 1, 0], fill);
    public static Picture MoveY(this Picture p, double pixels, ReadOnlySpan<byte> fill) => p.Transform([1, 0, 0, 0, 1, pixels], fill);

    /// <summary>Output pixel (x, y) is taken from (a x + b y + c, d x + e y + f).</summary>
    /// <param name="matrix">[6] a … f, of pixel centres</param>
    /// <param name="fill">[C]</param>
    internal static Picture Transform(this Picture p, ReadOnlySpan<double> matrix, ReadOnlySpan<byte> fill)
    {
        var (c, result) = (p.Channels, new byte[p.Pixels.Length]);
        Span<int> columns = stackalloc int[4];
        for (var y = 0; y < p.Height; y++)
            for (var x = 0; x < p.Width; x++)
            {
                var (u, v) = (matrix[0] * (x + 0.5) + matrix[1] * (y + 0.5) + matrix[2], matrix[3] * (x + 0.5) + matrix[4] * (y + 0.5) + matrix[5]);
                var to = result.AsSpan((y * p.Width + x) * c, c);
                if (u < 0 || u >= p.Width || v < 0 || v >= p.Height) fill[..c].CopyTo(to);
                else Bicubic(p, u - 0.5, v - 0.5, columns, to);
            }
        return new(result, p.Height, p.Width, c);
    }

    private static void Bicubic(Picture p, double u, double v, Span<int> columns, Span<byte> to)
    {
        var (x, y, c) = ((int)Math.Floor(u), (int)Math.Floor(v), p.Channels);
        var (dx, dy) = (u - x, v - y);
        for (var i = 0; i < 4; i++) columns[i] = Math.Clamp(x - 1 + i, 0, p.Width - 1) * c;
        Span<double> rows = stackalloc double[4];
        for (var k = 0; k < c; k++)
        {
            for (var i = 0; i < 4; i++)
            {
                var row = y - 1 + i;
                if (i > 0 && (row < 0 || row >= p.Height)) { rows[i] = rows[i - 1]; continue; }
                var at = Math.Clamp(row, 0, p.Height - 1) * p.Width * c + k;
                rows[i] = Cubic(p.Pixels[at + columns[0]], p.Pixels[at + columns[1]], p.Pixels[at + columns[2]], p.Pixels[at + columns[3]], dx);
            }
            var value = Cubic(rows[0], rows[1], rows[2], rows[3], dy);
            to[k] = value <= 0 ? (byte)0 : value >= 255 ? (byte)255 : (byte)value;
        }
    }

    private static double Cubic(double v1, double v2, double v3, double v4, double d) =>
        v2 + d * (-v1 + v3 + d * (2 * (v1 - v2) + v3 - v4 + d * (-v1 + v2 - v3 + v4)));
}
