namespace MimKit.Data;

/// <summary>Pillow's 8-bit hue, saturation and value.</summary>
internal static class Hsv
{
    public static (byte H, byte S, byte V) From(byte r, byte g, byte b)
    {
        var (high, low) = (Math.Max(r, Math.Max(g, b)), Math.Min(r, Math.Min(g, b)));
        if (high == low) return (0, 0, high);
        float range = high - low;
        var (rc, gc, bc) = ((high - r) / range, (high - g) / range, (high - b) / range);
        var h = r == high ? bc - gc : g == high ? (float)(2.0 + rc - bc) : (float)(4.0 + gc - rc);
        h = (float)((h / 6.0 + 1.0) % 1.0);
        return ((byte)Math.Clamp((int)(h * 255.0), 0, 255), (byte)Math.Clamp((int)(range / high * 255.0), 0, 255), high);
    }

    public static (byte R, byte G, byte B) ToRgb(byte h, byte s, byte v)
    {
        if (s == 0) return (v, v, v);
        var sector = (int)Math.Floor(h * 6.0 / 255.0);
        var (f, fs) = ((float)(h * 6.0 / 255.0 - sector), s / 255f);
        byte Rounded(double x) => (byte)Math.Clamp((int)Math.Round(x, MidpointRounding.AwayFromZero), 0, 255);
        var (p, q, t) = (Rounded(v * (1.0 - fs)), Rounded(v * (1.0 - fs * f)), Rounded(v * (1.0 - fs * (1.0 - f))));
        return (sector % 6) switch { 0 => (v, t, p), 1 => (q, v, p), 2 => (p, v, t), 3 => (p, q, v), 4 => (t, p, v), _ => (v, p, q) };
    }
}
