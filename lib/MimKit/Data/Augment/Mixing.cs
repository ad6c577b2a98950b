using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>Rows from … to and columns from … to, the ends excluded.</summary>
public readonly record struct MixBox(int Top, int Bottom, int Left, int Right);

/// <summary>
/// Mixup and CutMix in batch mode (timm, METHODS 2.9): the batch is mixed with itself in reverse order, by one weight or one box a batch, and its
/// labels become soft targets.
/// </summary>
/// <param name="MixupAlpha">weight ~ Beta(α, α), α in (0, 1]; 0: no mixup</param>
/// <param name="CutmixAlpha">the same for the box's area</param>
/// <param name="SwitchProbability">of CutMix where both are on</param>
/// <param name="Smoothing">of labels: off s / K, on 1 − s + s / K</param>
public sealed record Mixing(double MixupAlpha = 0.8, double CutmixAlpha = 1, double SwitchProbability = 0.5, double Smoothing = 0.1)
{
    private const int Pairs = 31;                      // of uniform numbers for one Beta draw; half of them are refused at worst

    /// <summary>Images and targets of one batch.</summary>
    /// <param name="images">[B, C, H, W] float32, B even</param>
    /// <param name="labels">[B] int64</param>
    /// <param name="draw">the step's random numbers; those of the batch's first image decide</param>
    /// <returns>images [B, C, H, W] and soft targets [B, K]</returns>
    public (Tensor Images, Tensor Targets) Draw(Tensor images, Tensor labels, int classes, Draw draw)
    {
        if (images.size(0) % 2 != 0) throw new ArgumentException($"A batch of {images.size(0)} cannot be mixed with itself in reverse order; take an even batch.");
        var u = (draw with { Indices = [draw.Indices[0]] }).Uniform(Purpose.Mix, 4 + 2 * Pairs);
        var cut = CutmixAlpha > 0 && (MixupAlpha <= 0 || u[0] < SwitchProbability);
        var weight = Beta(cut ? CutmixAlpha : MixupAlpha, u.AsSpan(4));
        if (!cut) return Mix(images, labels, classes, weight, null, Smoothing);
        var (h, w) = ((int)images.size(2), (int)images.size(3));
        return Mix(images, labels, classes, weight, Box(h, w, weight, (int)(u[1] * h), (int)(u[2] * w)), Smoothing);
    }

    /// <summary>Mixes by given values.</summary>
    /// <param name="weight">of the batch itself, in [0, 1]; with a box, its area decides instead</param>
    /// <param name="box">CutMix's, or null for mixup</param>
    public static (Tensor Images, Tensor Targets) Mix(Tensor images, Tensor labels, int classes, double weight, MixBox? box, double smoothing)
    {
        using var scope = NewDisposeScope();
        var other = images.flip(0);
        Tensor mixed;
        if (box is { } b)
        {
            mixed = images.clone();
            if (b.Bottom > b.Top && b.Right > b.Left)
                mixed.narrow(2, b.Top, b.Bottom - b.Top).narrow(3, b.Left, b.Right - b.Left).copy_(other.narrow(2, b.Top, b.Bottom - b.Top).narrow(3, b.Left, b.Right - b.Left));
            weight = AreaOutside((int)images.size(2), (int)images.size(3), b);
        }
        else mixed = images * weight + other * (1 - weight);
        var hot = nn.functional.one_hot(labels, classes).to(float32) * (1 - smoothing) + smoothing / classes;     // [B, K]
        var targets = hot * weight + hot.flip(0) * (1 - weight);
        return (mixed.MoveToOuterDisposeScope(), targets.MoveToOuterDisposeScope());
    }

    /// <summary>CutMix's box about a drawn centre, cut off at the image's edge: sides are √(1 − weight) of the image's.</summary>
    public static MixBox Box(int height, int width, double weight, int centreRow, int centreColumn)
    {
        var ratio = Math.Sqrt(1 - weight);
        var (h, w) = ((int)(height * ratio), (int)(width * ratio));
        return new(Math.Clamp(centreRow - h / 2, 0, height), Math.Clamp(centreRow + h / 2, 0, height), Math.Clamp(centreColumn - w / 2, 0, width), Math.Clamp(centreColumn + w / 2, 0, width));
    }

    /// <summary>The weight that a box really leaves to the batch itself.</summary>
    public static double AreaOutside(int height, int width, MixBox box) => 1 - (box.Bottom - box.Top) * (box.Right - box.Left) / (double)(height * width);

    /// <summary>Jöhnk's method, exact for α ≤ 1.</summary>
    private static double Beta(double alpha, ReadOnlySpan<float> u)
    {
        if (alpha is <= 0 or > 1) throw new ArgumentException($"The weight of mixing is drawn from Beta(α, α) with α in (0, 1]; α is {alpha}.");
        for (var i = 0; i + 1 < u.Length; i += 2)
        {
            var (x, y) = (Math.Pow(u[i], 1 / alpha), Math.Pow(u[i + 1], 1 / alpha));
            if (x + y is > 0 and <= 1) return x / (x + y);
        }
        return 0.5;
    }
}
