using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>
/// JPEG files of the size of ImageNet's typical image, cut out of photographs that system packages carry: what decoding is measured on where
/// nothing can be downloaded. File i is a function of (seed, i); made at the first opening and kept in the cache folder.
/// </summary>
internal static class PhotoCrops
{
    private const double SmallestScale = 0.25;         // of the largest box that fits into the photograph

    public static bool IsPresent(DataManifest manifest) => manifest.Files.Values.All(file => DataFolder.Find(manifest, file) is not null);

    public static SourceSplits Open(DataManifest manifest)
    {
        var photos = manifest.Files.Values.Select(file => DataFiles.Find(manifest, file)).ToArray();
        var folder = Path.Combine(DataFolder.Of(manifest), $"crops-{manifest.Digest[..16]}");
        if (!Directory.Exists(folder)) Make(manifest, photos, folder);
        return new(null, null, ImageFolder.Open(manifest, "test", folder));
    }

    private static void Make(DataManifest manifest, string[] photos, string folder)
    {
        var partial = $"{folder}.{Environment.ProcessId}.partial";
        var (count, quality) = (manifest.Splits.Test, int.Parse(manifest.Layout["quality"], System.Globalization.CultureInfo.InvariantCulture));
        var numbers = new Draw(manifest.Splits.ValSeed, 0, [.. Enumerable.Range(0, count).Select(i => (long)i)]).Uniform(Purpose.Scene, 3);
        for (var p = 0; p < photos.Length; p++)        // one photograph in memory at a time
        {
            var photo = ImageDecoder.Decode(File.ReadAllBytes(photos[p]), photos[p]);
            var own = Directory.CreateDirectory(Path.Combine(partial, Path.GetFileNameWithoutExtension(photos[p]))).FullName;
            var mine = Enumerable.Range(0, (count - p + photos.Length - 1) / photos.Length).Select(k => p + k * photos.Length).ToArray();
            Each.InParallel(mine.Length, k =>
            {
                var crop = Crop(photo, manifest.Image, numbers.AsSpan(3 * mine[k], 3));
                File.WriteAllBytes(Path.Combine(own, $"{mine[k]:D4}.jpg"), JpegEncoder.Encode(crop, quality));
            });
        }
        Directory.Move(partial, folder);
    }

    private static Picture Crop(Picture photo, ImageFormat size, ReadOnlySpan<float> u)
    {
        var largest = Math.Min((double)photo.Width / size.Width, (double)photo.Height / size.Height);
        var scale = largest * (SmallestScale + (1 - SmallestScale) * u[0]);
        var (w, h) = ((int)(size.Width * scale), (int)(size.Height * scale));
        return photo.Crop(new((int)(u[1] * (photo.Width - w + 1)), (int)(u[2] * (photo.Height - h + 1)), w, h)).Resize(size.Height, size.Width);
    }
}
