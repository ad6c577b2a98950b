namespace MimKit.Data;

/// <summary>What changes pixels in their place, with Pillow's arithmetic (ImageEnhance, ImageOps), so that an augmentation is the published one.</summary>
public static class Colours
{
    /// <summary>0 black, 1 as it is.</summary>
    public static Picture Brightness(this Picture p, double factor) => p.Blend(_ => 0, factor);

    /// <summary>0 the mean grey, 1 as it is.</summary>
    public static Picture Contrast(this Picture p, double factor)
    {
        var sum = 0L;
        for (var i = 0; i < p.Height * p.Width; i++) sum += Grey(p, i);
        var mean = (byte)(sum / (double)(p.Height * p.Width) + 0.5);
        return p.Blend(_ => mean, factor);
    }

    /// <summary>0 grey, 1 as it is.</summary>
    public static Picture Saturation(this Picture p, double factor) => p.Channels == 1 ? p : p.Blend(i => Grey(p, i / 3), factor);

    /// <summary>0 smoothed, 1 as it is, above it sharper.</summary>
    public static Picture Sharpness(this Picture p, double factor)
    {
        var smooth = Smooth(p);
        return p.Blend(i => smooth[i], factor);
    }

    /// <summary>Grey, in as many channels as before.</summary>
    public static Picture ToGrey(this Picture p) => p.Channels == 1 ? p : p.Map((_, i) => Grey(p, i / 3));

    /// <summary>Turns the hue by a share of the circle, through Pillow's 8-bit HSV.</summary>
    public static Picture Hue(this Picture p, double turn)
    {
        if (p.Channels == 1) return p;
        var (result, shift) = (new byte[p.Pixels.Length], (byte)(int)(turn * 255));
        for (var i = 0; i < result.Length; i += 3)
        {
            var (h, s, v) = Hsv.From(p.Pixels[i], p.Pixels[i + 1], p.Pixels[i + 2]);
            (result[i], result[i + 1], result[i + 2]) = Hsv.ToRgb((byte)(h + shift), s, v);
        }
        return new(result, p.Height, p.Width, 3);
    }

    public static Picture Invert(this Picture p) => p.Map((v, _) => (byte)(255 - v));

    /// <summary>Inverts values from the threshold on.</summary>
    public static Picture Solarise(this Picture p, int threshold = 128) => p.Map((v, _) => v < threshold ? v : (byte)(255 - v));

    /// <summary>Adds to values below the threshold.</summary>
    public static Picture SolariseAdd(this Picture p, int add, int threshold = 128) => p.Map((v, _) => v < threshold ? (byte)Math.Min(255, v + add) : v);

    /// <summary>Keeps the highest bits.</summary>
    public static Picture Posterise(this Picture p, int bits) => p.Map((v, _) => (byte)(v & ~((1 << (8 - bits)) - 1)));

    /// <summary>Stretches each channel to 0 … 255.</summary>
    public static Picture AutoContrast(this Picture p) => p.ByTable(histogram =>
    {
        var (low, high) = (Array.FindIndex(histogram, n => n > 0), Array.FindLastIndex(histogram, n => n > 0));
        if (high <= low) return null;
        var scale = 255.0 / (high - low);
        return i => (int)(i * scale - low * scale);
    });

    /// <summary>Each value equally frequent, channel by channel.</summary>
    public static Picture Equalise(this Picture p) => p.ByTable(histogram =>
    {
        var step = (histogram.Sum() - histogram[Array.FindLastIndex(histogram, n => n > 0)]) / 255;
        if (step == 0) return null;
        var (table, n) = (new int[256], step / 2);
        for (var i = 0; i < 256; i++) (table[i], n) = (n / step, n + histogram[i]);
        return i => table[i];
    });

    internal static Picture Map(this Picture p, Func<byte, int, byte> value)
    {
        var result = new byte[p.Pixels.Length];
        for (var i = 0; i < result.Length; i++) result[i] = value(p.Pixels[i], i);
        return new(result, p.Height, p.Width, p.Channels);
    }

    internal static byte Grey(Picture p, int pixel) => p.Channels == 1 ? p.Pixels[pixel]
        : (byte)((p.Pixels[3 * pixel] * 19595 + p.Pixels[3 * pixel + 1] * 38470 + p.Pixels[3 * pixel + 2] * 7471 + 0x8000) >> 16);

    // Image.blend(other, picture, factor) in float32
    private static Picture Blend(this Picture p, Func<int, byte> other, double factor)
    {
        var alpha = (float)factor;
        return p.Map((v, i) =>
        {
            var from = other(i);
            var mixed = from + alpha * (v - from);
            return mixed <= 0 ? (byte)0 : mixed >= 255 ? (byte)255 : (byte)mixed;
        });
    }

    private static Picture ByTable(this Picture p, Func<int[], Func<int, int>?> tableOf)
    {
        var (c, tables) = (p.Channels, new byte[p.Channels][]);
        for (var channel = 0; channel < c; channel++)
        {
            var histogram = new int[256];
            for (var i = channel; i < p.Pixels.Length; i += c) histogram[p.Pixels[i]]++;
            var table = tableOf(histogram);
            tables[channel] = [.. Enumerable.Range(0, 256).Select(i => (byte)Math.Clamp(table is null ? i : table(i), 0, 255))];
        }
        return p.Map((v, i) => tables[i % c][v]);
    }

    // ImageFilter.SMOOTH: 1 1 1 / 1 5 1 / 1 1 1 over 13; the border stays.
    private static byte[] Smooth(Picture p)
    {
        var (result, row, c) = ((byte[])p.Pixels.Clone(), p.Width * p.Channels, p.Channels);
        const float one = 1f / 13, five = 5f / 13;
        for (var y = 1; y < p.Height - 1; y++)
            for (var i = y * row + c; i < (y + 1) * row - c; i++)
            {
                var s = p.Pixels;
                var sum = 0.5f + s[i + row - c] * one + s[i + row] * one + s[i + row + c] * one + s[i - c] * one + s[i] * five + s[i + c] * one
                          + s[i - row - c] * one + s[i - row] * one + s[i - row + c] * one;
                result[i] = (byte)Math.Clamp(sum, 0, 255);
            }
        return result;
    }
}
