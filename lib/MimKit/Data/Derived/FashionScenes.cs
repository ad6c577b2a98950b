using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>
/// Scenes for segmentation without a download: some garments of another data set on one canvas over a soft gradient, later ones in front.
/// A pixel's class is that of the garment whose pixel is seen there (source value above 0), 0 where it is the background: exact, because
/// the scene is made from it. Scene i of a split is a function of (seed, split, i); each split uses only that split's garments.
/// </summary>
internal static class FashionScenes
{
    private const int MostGarments = 16;
    private const float DarkestTop = 96;               // the gradient stays darker than most garments
    private const int PerGarment = 3;                  // numbers: which, where across, where down
    private const int Own = 4;                         // numbers: how many garments, direction and two ends of the gradient
    private const int PerScene = Own + PerGarment * MostGarments;

    public static SegmentationSplits Make(DataManifest manifest)
    {
        var garments = Datasets.Open(manifest.From!);
        var sizes = manifest.Splits;
        return new(Split(manifest, garments.Train, sizes.Train, 0), Split(manifest, garments.Val, sizes.Val, 1), Split(manifest, garments.Test, sizes.Test, 2));
    }

    private static SegmentationSet Split(DataManifest manifest, ImageSet garments, int count, int split)
    {
        var (h, w) = (manifest.Image.Height, manifest.Image.Width);
        var (fewest, most) = (Number(manifest, "fewest"), Number(manifest, "most"));
        if (fewest < 1 || most < fewest || most > MostGarments || garments.Channels != 1 || h < garments.Height || w < garments.Width)
            throw new DataException($"{manifest.Path}: {fewest} to {most} grey garments of {garments.Height} x {garments.Width} on {h} x {w} cannot be composed (at most {MostGarments}).");
        var (pixels, masks) = (new byte[count * h * w], new byte[count * h * w]);
        var numbers = new Draw(manifest.Splits.ValSeed, split, [.. Enumerable.Range(0, count).Select(i => (long)i)]).Uniform(Purpose.Scene, PerScene);
        Each.InParallel(count, i =>
        {
            var u = numbers.AsSpan(i * PerScene, PerScene);
            var image = pixels.AsSpan(i * h * w, h * w);
            var mask = masks.AsSpan(i * h * w, h * w);
            Gradient(image, h, w, u[1] * 2 * MathF.PI, u[2] * DarkestTop, u[3] * DarkestTop);
            for (var g = 0; g < fewest + (int)(u[0] * (most - fewest + 1)); g++)
            {
                var own = u.Slice(Own + PerGarment * g, PerGarment);
                Lay(garments, (int)(own[0] * garments.Count), image, mask, w, (int)(own[1] * (w - garments.Width + 1)), (int)(own[2] * (h - garments.Height + 1)));
            }
        });
        return new(manifest, garments.Split, pixels, masks);
    }

    private static void Gradient(Span<byte> image, int h, int w, float angle, float from, float to)
    {
        var (dx, dy, reach) = (MathF.Cos(angle), MathF.Sin(angle), (h + w) / 2f);
        for (var y = 0; y < h; y++)
            for (var x = 0; x < w; x++)
            {
                var t = Math.Clamp(0.5f + ((x - w / 2f) * dx + (y - h / 2f) * dy) / reach, 0, 1);
                image[y * w + x] = (byte)(from + (to - from) * t);
            }
    }

    private static void Lay(ImageSet garments, int index, Span<byte> image, Span<byte> mask, int width, int left, int top)
    {
        var garment = garments.Image(index);
        var label = (byte)(1 + garments.Labels[index]);
        for (var y = 0; y < garments.Height; y++)
            for (var x = 0; x < garments.Width; x++)
            {
                if (garment[y * garments.Width + x] is 0) continue;
                var at = (top + y) * width + left + x;
                (image[at], mask[at]) = (garment[y * garments.Width + x], label);
            }
    }

    private static int Number(DataManifest manifest, string key) =>
        int.TryParse(manifest.Layout[key], out var number) ? number : throw new DataException($"{manifest.Path}: 'layout.{key}' must be a whole number.");
}
