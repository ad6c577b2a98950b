namespace MimKit.Data;

/// <summary>torchvision's ColorJitter: brightness, contrast, saturation and hue, each by a drawn factor, in a drawn order.</summary>
/// <param name="Brightness">factor in 1 ± this</param>
/// <param name="Contrast">factor in 1 ± this</param>
/// <param name="Saturation">factor in 1 ± this</param>
/// <param name="Hue">turn in ± this of the circle, at most 0.5</param>
/// <param name="Probability">of being applied at all; DINO: 0.8</param>
public sealed record ColourJitter(double Brightness, double Contrast, double Saturation, double Hue = 0, double Probability = 1)
{
    public Picture Apply(Picture picture, SampleDraw draw)
    {
        if (!draw.Chance(Probability)) return picture;
        var order = new[] { 0, 1, 2, 3 };
        for (var i = 3; i > 0; i--)
        {
            var j = draw.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        double Factor(double range) => draw.Uniform(Math.Max(0, 1 - range), 1 + range);
        var (brightness, contrast, saturation, hue) = (Factor(Brightness), Factor(Contrast), Factor(Saturation), draw.Uniform(-Hue, Hue));
        foreach (var which in order)
            picture = which switch
            {
                0 when Brightness > 0 => picture.Brightness(brightness),
                1 when Contrast > 0 => picture.Contrast(contrast),
                2 when Saturation > 0 => picture.Saturation(saturation),
                3 when Hue > 0 => picture.Hue(hue),
                _ => picture,
            };
        return picture;
    }
}
