using System.Text.Json.Nodes;
using MimKit.Data;
using MimKit.Evaluation;

namespace MimKit.Charts;

public static partial class Chart
{
    private const double Opacity = 0.6;                                             // of a class's colour over the image
    private const double GoldenAngle = 137.508;                                     // neighbouring classes get hues far apart

    /// <summary>Images of a segmentation's read, below them the true classes and the predicted ones in colour over the image; grey stripes where no class is known.</summary>
    /// <param name="score">with its examples</param>
    /// <param name="images">how many; null: all that were kept</param>
    /// <exception cref="ArgumentException">No example was kept, or their sizes differ.</exception>
    public static Figure Segmentation(SegmentationScore score, int? images = null)
    {
        var shown = score.Examples.Take(images ?? score.Examples.Count).ToList();
        if (shown.Count == 0) throw new ArgumentException("This read kept no example to draw; evaluate with examples: 8.");
        var figure = Images($"{score.Measure} on {score.Source}: mIoU {Text.Number(score.MeanIoU)}",
        [
            [.. shown.Select(one => Tile.Hwc(one.Image.Pixels, one.Image.Height, one.Image.Width, one.Image.Channels))],
            [.. shown.Select(one => Overlay(one.Image, one.Truth, score.Classes))],
            [.. shown.Select(one => Overlay(one.Image, one.Predicted, score.Classes))],
        ], ["image", "truth", "predicted"]);
        var present = shown.SelectMany(one => one.Truth.Pixels.Concat(one.Predicted.Pixels)).Distinct().Where(label => label < score.Classes.Count).Order();
        return figure.WithLegend([.. present.Select(label => (score.Classes[label], Hex(ClassColour(label))))]);
    }

    /// <summary>IoU of every class.</summary>
    public static Figure ClassIoU(SegmentationScore score) =>
        Bars($"{score.Measure} on {score.Source}", "IoU", [.. score.Classes.Zip(score.IoU, (name, value) => new Bar(name, value)).Where(bar => double.IsFinite(bar.Value))]);

    private static Tile Overlay(Picture image, Picture mask, IReadOnlyList<string> classes)
    {
        var pixels = new byte[mask.Pixels.Length * 3];
        for (var p = 0; p < mask.Pixels.Length; p++)
        {
            var label = mask.Pixels[p];
            var stripe = (p / mask.Width + p % mask.Width) % 4 < 2 ? (byte)158 : (byte)96;
            var colour = label == SegmentationSource.Ignored ? [stripe, stripe, stripe] : ClassColour(label);
            for (var c = 0; c < 3; c++)
                pixels[3 * p + c] = (byte)Math.Round(Opacity * colour[c] + (1 - Opacity) * image.Pixels[p * image.Channels + Math.Min(c, image.Channels - 1)]);
        }
        var names = mask.Pixels.Distinct().Where(label => label < classes.Count).Order().Select(label => classes[label]);
        return Tile.Hwc(pixels, mask.Height, mask.Width, 3) with { Hover = string.Join(", ", names) };
    }

    /// <summary>The same colour for a class everywhere: class 0 grey, the others around the circle of hues, every other turn darker.</summary>
    private static byte[] ClassColour(int label)
    {
        if (label == 0) return [70, 70, 70];
        var (hue, value) = (label * GoldenAngle % 360 / 60, label % 2 == 0 ? 0.75 : 1.0);
        byte Channel(double offset)
        {
            var k = (offset + hue) % 6;
            return (byte)Math.Round(255 * (value - value * 0.8 * Math.Clamp(Math.Min(k, 4 - k), 0, 1)));
        }
        return [Channel(5), Channel(3), Channel(1)];
    }

    private static string Hex(byte[] colour) => "#" + Convert.ToHexStringLower(colour);
}
