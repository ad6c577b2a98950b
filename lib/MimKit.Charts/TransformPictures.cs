using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Charts;

// What a model is given instead of the image itself: transforms and corruptions.
public static partial class Chart
{
    /// <summary>Images on the left, each beside a few draws of a transform: what a model sees of it in so many epochs. All are drawn at the image's size.</summary>
    /// <param name="views">The transform; of several views of an image the first is shown.</param>
    /// <param name="set">The images.</param>
    /// <param name="draws">Draws of each image.</param>
    /// <param name="count">Images, the first of the set.</param>
    /// <param name="seed">Of the draws.</param>
    public static Figure Views(SampleViews views, ImageSet set, int draws = 6, int count = 5, ulong seed = 0)
    {
        var rows = Enumerable.Range(0, Math.Min(count, set.Count)).Select(i =>
        {
            var original = Data.Picture.FromPlanes(set.Image(i), set.Height, set.Width, set.Channels);
            var file = new EncodedImage(Png.Encode(original.Pixels, set.Width, set.Height, set.Channels), $"image {i} of {set}", set.Channels);
            return (IReadOnlyList<Tile>)[Tiled(original), .. Enumerable.Range(0, draws).Select(draw => Tiled(Seen(file, new SampleDraw(seed, draw, i)).Resize(set.Height, set.Width)))];
        }).ToList();
        return Images($"{views.GetType().Name} of {set.Name}: {draws} draws", rows, columnNames: ["image", .. Enumerable.Range(1, draws).Select(draw => $"{draw}")]);

        // through the same door as a training batch: what a transform does to the normalised values, erasing, is done to these
        Data.Picture Seen(EncodedImage file, SampleDraw draw)
        {
            var picture = views.Make(file, draw)[0];
            var planes = new byte[picture.Pixels.Length];
            picture.ToPlanes(planes);
            var values = planes.Select(value => value / 255f - 0.5f).ToArray();
            views.Finish(values, picture.Channels, picture.Height, draw);
            return Data.Picture.FromPlanes([.. values.Select(value => (byte)Math.Clamp((value + 0.5f) * 255 + 0.5f, 0, 255))], picture.Height, picture.Width, picture.Channels);
        }
    }

    /// <summary>One image under every corruption, a row a family, weak on the left.</summary>
    public static Figure Corrupted(ImageSet set, int image = 0)
    {
        var one = set.Select([image], set.Split);
        var rows = Corruptions.All.Select(family => (IReadOnlyList<Tile>)
            [Picture(one, 0), .. Enumerable.Range(1, Corruptions.Severities).Select(severity => Picture(one.Corrupt(family, severity), 0))]).ToList();
        return Images($"{set.Name}: one image under {rows.Count} corruptions", rows, [.. Corruptions.All.Select(family => $"{family}")],
            ["image", .. Enumerable.Range(1, Corruptions.Severities).Select(severity => $"{severity}")]);
    }

    private static Tile Tiled(Data.Picture picture) => Tile.Hwc(picture.Pixels, picture.Height, picture.Width, picture.Channels);
}
