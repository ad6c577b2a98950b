namespace MimKit.Data;

/// <summary>A box of whole pixels.</summary>
public readonly record struct CropBox(int X, int Y, int Width, int Height)
{
    private const int Attempts = 10;                   // then the largest centred box of an allowed aspect

    /// <summary>Numbers that <see cref="Random"/> takes: area and aspect of each attempt, then the place.</summary>
    internal const int Uniforms = 2 * Attempts + 2;

    /// <summary>torchvision's RandomResizedCrop.get_params: area share uniform, aspect log-uniform in 3/4 to 4/3.</summary>
    /// <param name="u">[22] in [0, 1)</param>
    public static CropBox Random(int width, int height, double minScale, double maxScale, ReadOnlySpan<float> u)
    {
        for (var i = 0; i < Attempts; i++)
        {
            var area = width * height * (minScale + (maxScale - minScale) * u[2 * i]);
            var aspect = Math.Exp(Math.Log(3.0 / 4) + u[2 * i + 1] * Math.Log(16.0 / 9));
            var (w, h) = ((int)Math.Round(Math.Sqrt(area * aspect)), (int)Math.Round(Math.Sqrt(area / aspect)));
            if (w > 0 && w <= width && h > 0 && h <= height)
                return new((int)(u[^2] * (width - w + 1)), (int)(u[^1] * (height - h + 1)), w, h);
        }
        return Fallback(width, height);
    }

    /// <summary>What torchvision takes after ten attempts: all of the image, cut to an aspect of 3/4 to 4/3.</summary>
    public static CropBox Fallback(int width, int height)
    {
        var aspect = (double)width / height;
        var (w, h) = aspect < 3.0 / 4 ? (width, (int)Math.Round(width / (3.0 / 4))) : aspect > 4.0 / 3 ? ((int)Math.Round(height * (4.0 / 3)), height) : (width, height);
        return new((width - w) / 2, (height - h) / 2, w, h);
    }
}
