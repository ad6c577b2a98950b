namespace MimKit.Data;

/// <summary>Images of one step as tensors.</summary>
/// <param name="Images">[B, C, H, W] float32: the pixels on the scale 0..1, then (x − mean) / std of the manifest.</param>
/// <param name="Labels">[B] int64.</param>
/// <param name="Indices">[B] places in the <see cref="ImageSet"/>; every draw of randomness is counted from them.</param>
public sealed record Batch(Tensor Images, Tensor Labels, long[] Indices) : IDisposable
{
    /// <summary>Further views of the same images, each [B, C, side, side], where a loader makes them: a tokenizer's, small crops.</summary>
    public IReadOnlyList<Tensor> More { get; init; } = [];

    /// <summary>The images at the given places, in that order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A place outside the set.</exception>
    public static Batch Of(ImageSet set, ReadOnlySpan<long> places)
    {
        var pixels = new byte[places.Length * set.ImageBytes];
        var labels = new long[places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] < 0 || places[i] >= set.Count) throw new ArgumentOutOfRangeException(nameof(places), $"There is no image {places[i]} in {set}.");
            set.Image((int)places[i]).CopyTo(pixels.AsSpan(i * set.ImageBytes));
            labels[i] = set.Labels[places[i]];
        }
        using var bytes = tensor(pixels, [places.Length, set.Channels, set.Height, set.Width]);
        return new(Normalise(bytes, set.Manifest.Image), tensor(labels), places.ToArray());
    }

    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
        foreach (var view in More) view.Dispose();
    }

    internal static Tensor Normalise(Tensor bytes, ImageFormat image)   // x / (255 std) − mean / std: one conversion, two passes in place
    {
        using var scale = tensor(image.Std.Select(s => (float)(1 / (255 * s))).ToArray(), [1, image.Channels, 1, 1]);
        using var shift = tensor(image.Mean.Zip(image.Std, (m, s) => (float)(m / s)).ToArray(), [1, image.Channels, 1, 1]);
        return bytes.to(ScalarType.Float32).mul_(scale).sub_(shift);
    }
}
