namespace MimKit.Data;

/// <summary>Images and masks of one step as tensors.</summary>
/// <param name="Images">[B, C, H, W] float32, normalised with the manifest's mean and std</param>
/// <param name="Masks">[B, H, W] int64 class numbers; <see cref="SegmentationSource.Ignored"/> where none is known</param>
/// <param name="Indices">[B] places in the source</param>
public sealed record SegmentationBatch(Tensor Images, Tensor Masks, long[] Indices) : IDisposable
{
    /// <summary>Pairs of one size: a set in memory, or crops of one size.</summary>
    /// <param name="pairs">what a transform made of the pairs at <paramref name="indices"/></param>
    public static SegmentationBatch Of(IReadOnlyList<SegmentationPair> pairs, long[] indices, ImageFormat format)
    {
        var (h, w, c) = (pairs[0].Image.Height, pairs[0].Image.Width, pairs[0].Image.Channels);
        var (pixels, masks) = (new byte[pairs.Count * c * h * w], new long[pairs.Count * h * w]);
        for (var i = 0; i < pairs.Count; i++)
        {
            if ((pairs[i].Image.Height, pairs[i].Image.Width) != (h, w)) throw new ArgumentException($"A batch holds images of one size; found {h} x {w} and {pairs[i].Image.Height} x {pairs[i].Image.Width}.");
            pairs[i].Image.ToPlanes(pixels.AsSpan(i * c * h * w, c * h * w));
            for (var p = 0; p < h * w; p++) masks[i * h * w + p] = pairs[i].Mask.Pixels[p];
        }
        using var bytes = tensor(pixels, [pairs.Count, c, h, w]);
        return new(Batch.Normalise(bytes, format), tensor(masks, [pairs.Count, h, w]), indices);
    }

    /// <summary>The pairs at the given places as they are.</summary>
    public static SegmentationBatch Of(SegmentationSource source, long[] places) =>
        Of([.. places.Select(place => source.Pair((int)place))], places, source.Manifest.Image);

    public void Dispose()
    {
        Images.Dispose();
        Masks.Dispose();
    }
}
