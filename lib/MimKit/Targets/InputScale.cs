using MimKit.Data;

namespace MimKit;

/// <summary>How a network wants its pixels: (x − Mean) / Std of each channel, x on the scale 0 to 1. Attached to the network, never left to its user.</summary>
/// <param name="Mean">one number a channel, or one for all</param>
/// <param name="Std">one number a channel, or one for all</param>
public sealed record InputScale(IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    /// <summary>ImageNet's statistics: DINO, DeiT, most of timm.</summary>
    public static InputScale ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>OpenAI CLIP's statistics.</summary>
    public static InputScale Clip { get; } = new([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);

    /// <summary>−1 to 1: VQ-KD's encoder, timm's "inception" models.</summary>
    public static InputScale MinusOneToOne { get; } = new([0.5], [0.5]);

    /// <summary>0 to 1: what DALL-E's encoder is given before its own mapping.</summary>
    public static InputScale ZeroToOne { get; } = new([0], [1]);

    /// <summary>The scale that a data set's batches have.</summary>
    public static InputScale Of(DataManifest data) => new(data.Image.Mean, data.Image.Std);

    /// <summary>Brings images of another scale to this one.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="given">their scale</param>
    /// <param name="channels">wanted; grey images are repeated</param>
    /// <returns>[B, channels, H, W] float32; the images themselves where nothing changes</returns>
    public Tensor From(Tensor images, InputScale given, int channels)
    {
        var C = images.size(1);
        if (C != channels && C != 1) throw new ArgumentException($"The network takes {channels} channels, the images have {C}; only grey images can be repeated.");
        if (C == channels && Same(Mean, given.Mean) && Same(Std, given.Std)) return images;
        var factor = new float[channels];
        var shift = new float[channels];
        for (var c = 0; c < channels; c++)
        {
            factor[c] = (float)(At(given.Std, c) / At(Std, c));
            shift[c] = (float)((At(given.Mean, c) - At(Mean, c)) / At(Std, c));
        }
        using var scope = NewDisposeScope();
        return (images * tensor(factor, [1, channels, 1, 1]).to(images.device) + tensor(shift, [1, channels, 1, 1]).to(images.device)).MoveToOuterDisposeScope();
    }

    private static double At(IReadOnlyList<double> numbers, int channel) => numbers[Math.Min(channel, numbers.Count - 1)];
    private static bool Same(IReadOnlyList<double> a, IReadOnlyList<double> b) => Enumerable.Range(0, Math.Max(a.Count, b.Count)).All(c => At(a, c) == At(b, c));

    public bool Equals(InputScale? other) => other is not null && Mean.SequenceEqual(other.Mean) && Std.SequenceEqual(other.Std);
    public override int GetHashCode() => HashCode.Combine(Mean[0], Std[0], Mean.Count);
    public override string ToString() => $"mean {string.Join(" ", Mean)}, std {string.Join(" ", Std)}";
}
