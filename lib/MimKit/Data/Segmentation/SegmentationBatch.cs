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
        var (h, w) = (pairs[0].Image.Height, pairs[0].Image.Width);
        var masks = new long[pairs.Count * h * w];
        var images = Normalised([.. pairs.Select(pair => pair.Image)], format);
        for (var i = 0; i < pairs.Count; i++)
            for (var p = 0; p < h * w; p++) masks[i * h * w + p] = pairs[i].Mask.Pixels[p];
        return new(images, tensor(masks, [pairs.Count, h, w]), indices);
    }

    /// <summary>Images of one size, normalised: [B, C, H, W] float32.</summary>
    internal static Tensor Normalised(IReadOnlyList<Picture> images, ImageFormat format)
    {
        var (h, w, c) = (images[0].Height, images[0].Width, images[0].Channels);
        var pixels = new byte[images.Count * c * h * w];
        for (var i = 0; i < images.Count; i++)
        {
            if ((images[i].Height, images[i].Width) != (h, w)) throw new ArgumentException($"A batch holds images of one size; found {h} x {w} and {images[i].Height} x {images[i].Width}.");
            images[i].ToPlanes(pixels.AsSpan(i * c * h * w, c * h * w));
        }
        using var bytes = tensor(pixels, [images.Count, c, h, w]);
        return Batch.Normalise(bytes, format);
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
