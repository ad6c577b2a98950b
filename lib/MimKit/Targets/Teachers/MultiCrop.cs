using MimKit.Data;
using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// Crops for self-distillation, cut out of a batch by bicubic interpolation: area share uniform, aspect log-uniform in 3/4 to 4/3, mirrored
/// half of the time if asked, then contrast and brightness of each crop drawn anew. Defaults: DINO's scales. DINO's blur, solarisation, hue and
/// saturation are not here: at 28 grey pixels they remove what is to be seen.
/// </summary>
public sealed record MultiCrop
{
    /// <summary>Share of the area of a global crop, from.</summary>
    public double GlobalScaleFrom { get; init; } = 0.4;

    /// <summary>Share of the area of a global crop, to.</summary>
    public double GlobalScaleTo { get; init; } = 1;

    /// <summary>Pixels of a global crop's side.</summary>
    public int GlobalSize { get; init; } = 224;

    /// <summary>Share of the area of a local crop, from.</summary>
    public double LocalScaleFrom { get; init; } = 0.05;

    /// <summary>Share of the area of a local crop, to.</summary>
    public double LocalScaleTo { get; init; } = 0.4;
    public int LocalCrops { get; init; } = 8;

    /// <summary>Pixels of a local crop's side.</summary>
    public int LocalSize { get; init; } = 96;

    /// <summary>Mirror half of the crops.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Contrast is multiplied by 1 ± this, brightness moved by ± this in standard deviations of the data.</summary>
    public double Jitter { get; init; } = 0.4;

    /// <summary>One crop of every image.</summary>
    /// <param name="batch">images [B, C, H, W] float32, normalised</param>
    /// <param name="draw">the step's random numbers</param>
    /// <param name="crop">number of the crop; 0 and 1 are global; from 2 on local</param>
    /// <returns>[B, C, S, S] float32</returns>
    public Tensor Draw(Batch batch, Draw draw, int crop)
    {
        var (B, C) = (batch.Images.size(0), batch.Images.size(1));
        var global = crop < DinoLoss.GlobalCrops;
        var (from, to, size) = global ? (GlobalScaleFrom, GlobalScaleTo, GlobalSize) : (LocalScaleFrom, LocalScaleTo, LocalSize);
        if (!(from > 0 && from <= to && to <= 1)) throw new ArgumentException($"Crops take {from} to {to} of the area; wanted 0 < from <= to <= 1.");
        using var scope = NewDisposeScope();
        using var boxes = tensor(Boxes(draw.Uniform(Purpose.Crop, 5, crop), from, to), [B, 2, 3]);
        var view = Resample.Bicubic(batch.Images, boxes, size, size);
        return Jitter > 0 ? Recolour(view, draw.Uniform(Purpose.Noise, 2, crop)).MoveToOuterDisposeScope() : view.MoveToOuterDisposeScope();
    }

    // [B, 2, 3]: output place in -1 … 1 to input place
    private float[] Boxes(ReadOnlySpan<float> u, double from, double to)
    {
        var theta = new float[u.Length / 5 * 6];
        for (var b = 0; b < u.Length / 5; b++)
        {
            var (side, stretch) = (Math.Sqrt(from + (to - from) * u[5 * b]), Math.Exp((u[5 * b + 1] - 0.5) * Math.Log(16.0 / 9) / 2));
            var (width, height) = (Math.Min(1, side * stretch), Math.Min(1, side / stretch));   // in shares of the image
            var row = theta.AsSpan(6 * b, 6);
            row[0] = (float)(Flip && u[5 * b + 4] < 0.5f ? -width : width);
            row[2] = (float)((2 * u[5 * b + 2] - 1) * (1 - width));
            row[4] = (float)height;
            row[5] = (float)((2 * u[5 * b + 3] - 1) * (1 - height));
        }
        return theta;
    }

    private Tensor Recolour(Tensor view, float[] u)
    {
        var strength = tensor(u, [view.size(0), 2, 1, 1]).mul_(2 * Jitter).add_(-Jitter);        // [B, 2, 1, 1] in ±Jitter
        return view.mul_(strength.narrow(1, 0, 1) + 1).add_(strength.narrow(1, 1, 1));
    }
}
