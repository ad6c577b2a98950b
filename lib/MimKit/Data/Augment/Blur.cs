namespace MimKit.Data;

/// <summary>Gaussian blur as Pillow does it: three box blurs of a fractional radius along each axis, in fixed point.</summary>
public static class Blur
{
    private const int Passes = 3, Bits = 24;

    /// <param name="radius">standard deviation in pixels; 0: as it is</param>
    public static Picture GaussianBlur(this Picture p, double radius)
    {
        if (radius <= 0) return p;
        var box = BoxRadius((float)radius);
        var (source, target) = ((byte[])p.Pixels.Clone(), new byte[p.Pixels.Length]);
        var (c, row) = (p.Channels, p.Width * p.Channels);
        for (var pass = 0; pass < Passes; pass++, (source, target) = (target, source))
            for (var y = 0; y < p.Height; y++)
                for (var k = 0; k < c; k++) Line(source, target, y * row + k, c, p.Width, box);
        for (var pass = 0; pass < Passes; pass++, (source, target) = (target, source))
            for (var x = 0; x < row; x++) Line(source, target, x, row, p.Height, box);
        return new(source, p.Height, p.Width, c);
    }

    private static float BoxRadius(float radius)
    {
        var variance = radius * radius / Passes;
        var length = (float)Math.Floor((Math.Sqrt(12.0 * variance + 1.0) - 1.0) / 2.0);
        return length + (2 * length + 1) * (length * (length + 1) - 3 * variance) / (6 * (variance - (length + 1) * (length + 1)));
    }

    private static void Line(byte[] source, byte[] target, int start, int step, int count, float boxRadius)
    {
        var radius = (int)boxRadius;
        var whole = (uint)((1 << Bits) / (boxRadius * 2 + 1));
        var far = ((1u << Bits) - (uint)(radius * 2 + 1) * whole) / 2;
        byte At(int x) => source[start + Math.Clamp(x, 0, count - 1) * step];
        var sum = 0u;
        for (var x = -radius - 1; x < radius; x++) sum += At(x);
        for (var x = 0; x < count; x++)
        {
            sum += (uint)At(x + radius) - At(x - radius - 1);
            target[start + x * step] = (byte)((sum * whole + (uint)(At(x - radius - 1) + At(x + radius + 1)) * far + (1u << (Bits - 1))) >> Bits);
        }
    }
}
