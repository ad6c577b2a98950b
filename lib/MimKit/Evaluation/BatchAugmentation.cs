using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>
/// What fine-tuning does to images after crop and mirror: RandAugment on their bytes, erasing on their normalised planes, as a loader does it for files (METHODS 2.5). An image's
/// draws depend on seed, epoch and index alone.
/// </summary>
/// <param name="augment">null: none</param>
/// <param name="erasing">null: none</param>
/// <param name="image">how the batches are normalised</param>
internal sealed class BatchAugmentation(RandAugment? augment, RandomErasing? erasing, ImageFormat image)
{
    private readonly RandAugment? _augment = augment is null ? null : augment with { Fill = augment.Fill ?? image.Mean };

    /// <param name="images">[B, C, H, W] float32, normalised</param>
    /// <param name="draw">the step's random numbers</param>
    public Tensor Apply(Tensor images, Draw draw)
    {
        if (_augment is null && erasing is null) return images;
        var (channels, height, width) = ((int)images.size(1), (int)images.size(2), (int)images.size(3));
        var values = images.ToArray<float>();
        var each = channels * height * width;
        Parallel.For(0, draw.Count, b =>
        {
            var planes = values.AsSpan(b * each, each);
            var own = new SampleDraw(draw.Seed, draw.Epoch, draw.Indices[b]);
            if (_augment is not null)
            {
                var bytes = new byte[each];
                for (var i = 0; i < each; i++) bytes[i] = (byte)Math.Round(255 * Math.Clamp(planes[i] * image.Std[i / (height * width)] + image.Mean[i / (height * width)], 0, 1));
                _augment.Apply(Picture.FromPlanes(bytes, height, width, channels), own).ToPlanes(bytes);
                for (var i = 0; i < each; i++) planes[i] = (float)((bytes[i] / 255.0 - image.Mean[i / (height * width)]) / image.Std[i / (height * width)]);
            }
            erasing?.Apply(planes, channels, height, width, own);
        });
        return tensor(values, images.shape);
    }
}
