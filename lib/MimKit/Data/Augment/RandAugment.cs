namespace MimKit.Data;

/// <summary>
/// RandAugment as BEiT and MAE fine-tune with it (timm's <c>rand-m9-mstd0.5-inc1</c>, METHODS 2.9): some operators drawn with replacement from
/// fifteen, each applied half of the time, its magnitude drawn around 9 of 10.
/// </summary>
public sealed record RandAugment
{
    public int Operators { get; init; } = 2;
    public double Magnitude { get; init; } = 9;
    public double Deviation { get; init; } = 0.5;
    public double Probability { get; init; } = 0.5;

    /// <summary>Colour of what comes in from outside, [C] on the scale 0..1; null: the mean of ImageNet.</summary>
    public IReadOnlyList<double>? Fill { get; init; }

    private delegate Picture Operator(Picture picture, double level, bool negative, byte[] fill);

    // Level m of 10 to an operator's argument; a drawn sign where the operator has one.
    private static readonly Operator[] All =
    [
        (p, _, _, _) => p.AutoContrast(),
        (p, _, _, _) => p.Equalise(),
        (p, _, _, _) => p.Invert(),
        (p, m, negative, fill) => p.Rotate(Signed(3 * m, negative), fill),
        (p, m, _, _) => p.Posterise(4 - (int)(0.4 * m)),
        (p, m, _, _) => p.Solarise(256 - (int)(25.6 * m)),
        (p, m, _, _) => p.SolariseAdd(Math.Min(128, (int)(11 * m))),
        (p, m, negative, _) => p.Saturation(Enhanced(m, negative)),
        (p, m, negative, _) => p.Contrast(Enhanced(m, negative)),
        (p, m, negative, _) => p.Brightness(Enhanced(m, negative)),
        (p, m, negative, _) => p.Sharpness(Enhanced(m, negative)),
        (p, m, negative, fill) => p.ShearX(Signed(0.03 * m, negative), fill),
        (p, m, negative, fill) => p.ShearY(Signed(0.03 * m, negative), fill),
        (p, m, negative, fill) => p.MoveX(Signed(0.045 * m, negative) * p.Width, fill),
        (p, m, negative, fill) => p.MoveY(Signed(0.045 * m, negative) * p.Height, fill),
    ];

    /// <summary>The picture after the drawn operators.</summary>
    public Picture Apply(Picture picture, SampleDraw draw)
    {
        byte[] fill = [.. (Fill ?? [0.485, 0.456, 0.406]).Select(mean => (byte)Math.Round(255 * mean))];
        for (var i = 0; i < Operators; i++)
        {
            var (which, applied, level, negative) = (draw.Below(All.Length), draw.Chance(Probability), Math.Clamp(draw.Normal(Magnitude, Deviation), 0, 10), draw.Chance(0.5));
            if (applied) picture = All[which](picture, level, negative, fill);
        }
        return picture;
    }

    private static double Signed(double value, bool negative) => negative ? -value : value;
    private static double Enhanced(double m, bool negative) => Math.Max(0.1, 1 + Signed(0.09 * m, negative));
}
