namespace MimKit.Data;

/// <summary>A picture between two corruptions' steps: float in [0, 1], [height, width, channels]. Beside the edge the edge's pixel counts.</summary>
internal sealed class FloatPicture(float[] values, int height, int width, int channels)
{
    public float[] Values { get; } = values;
    public int Height { get; } = height;
    public int Width { get; } = width;
    public int Channels { get; } = channels;

    public static FloatPicture Of(Picture picture) => new([.. picture.Pixels.Select(value => value / 255f)], picture.Height, picture.Width, picture.Channels);

    public Picture ToPicture() => new([.. Values.Select(value => (byte)(Math.Clamp(value, 0, 1) * 255))], Height, Width, Channels);

    /// <summary>Each value from itself and its index.</summary>
    public FloatPicture Map(Func<float, int, double> of) => new([.. Values.Select((value, i) => (float)of(value, i))], Height, Width, Channels);

    public float At(int y, int x, int c) => Values[(Math.Clamp(y, 0, Height - 1) * Width + Math.Clamp(x, 0, Width - 1)) * Channels + c];

    /// <summary>Between four pixels.</summary>
    public float Between(double y, double x, int c)
    {
        var (top, left) = ((int)Math.Floor(y), (int)Math.Floor(x));
        var (down, right) = ((float)(y - top), (float)(x - left));
        return (At(top, left, c) * (1 - right) + At(top, left + 1, c) * right) * (1 - down) + (At(top + 1, left, c) * (1 - right) + At(top + 1, left + 1, c) * right) * down;
    }

    /// <summary>Output pixel (y, x) is taken from where <paramref name="from"/> says.</summary>
    public FloatPicture Warp(Func<int, int, (double Y, double X)> from)
    {
        var result = new float[Values.Length];
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
            {
                var (v, u) = from(y, x);
                for (var c = 0; c < Channels; c++) result[(y * Width + x) * Channels + c] = Between(v, u, c);
            }
        return new(result, Height, Width, Channels);
    }

    /// <summary>Enlarged about the centre, the size as before.</summary>
    public FloatPicture Zoomed(double factor)
    {
        var (cy, cx) = ((Height - 1) / 2.0, (Width - 1) / 2.0);
        return Warp((y, x) => (cy + (y - cy) / factor, cx + (x - cx) / factor));
    }

    /// <summary>The weighted mean of neighbours.</summary>
    public FloatPicture Gather(IReadOnlyList<(double Y, double X, double Weight)> neighbours)
    {
        var (result, total) = (new float[Values.Length], neighbours.Sum(one => one.Weight));
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                for (var c = 0; c < Channels; c++)
                {
                    var sum = 0.0;
                    foreach (var (dy, dx, weight) in neighbours) sum += weight * Between(y + dy, x + dx, c);
                    result[(y * Width + x) * Channels + c] = (float)(sum / total);
                }
        return new(result, Height, Width, Channels);
    }

    /// <summary>Gaussian blur over four standard deviations, one axis after the other.</summary>
    public FloatPicture Gaussian(double sigma)
    {
        var reach = (int)(4 * sigma + 0.5);
        if (reach == 0) return this;
        var line = Enumerable.Range(-reach, 2 * reach + 1).Select(i => (At: (double)i, Weight: Math.Exp(-i * i / (2 * sigma * sigma)))).ToList();
        return Gather([.. line.Select(one => (0.0, one.At, one.Weight))]).Gather([.. line.Select(one => (one.At, 0.0, one.Weight))]);
    }
}
