namespace MimKit.Data;

/// <summary>One rectangle of a normalised image replaced by normal noise, a value a pixel and channel (timm's mode "pixel", METHODS 2.9).</summary>
/// <param name="Probability">of an image being touched</param>
public sealed record RandomErasing(double Probability = 0.25)
{
    private const int Attempts = 10;
    private const double LeastArea = 0.02, MostArea = 1.0 / 3, LeastAspect = 0.3;

    /// <param name="planes">[C, H, W] after normalisation; changed in place</param>
    public void Apply(Span<float> planes, int channels, int height, int width, SampleDraw draw)
    {
        if (!draw.Chance(Probability)) return;
        for (var i = 0; i < Attempts; i++)
        {
            var area = draw.Uniform(LeastArea, MostArea) * height * width;
            var aspect = Math.Exp(draw.Uniform(Math.Log(LeastAspect), -Math.Log(LeastAspect)));
            var (h, w) = ((int)Math.Round(Math.Sqrt(area * aspect)), (int)Math.Round(Math.Sqrt(area / aspect)));
            if (h < 1 || w < 1 || h >= height || w >= width) continue;
            var (top, left) = (draw.Below(height - h + 1), draw.Below(width - w + 1));
            for (var c = 0; c < channels; c++)
                for (var y = top; y < top + h; y++)
                    for (var x = left; x < left + w; x++) planes[(c * height + y) * width + x] = (float)draw.Normal();
            return;
        }
    }
}
