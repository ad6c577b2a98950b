using System.Globalization;
using System.Text;
using MimKit.Data;
using MimKit.Metrics;

namespace MimKit.Charts;

/// <summary>What a data set looks like: images of its classes, how many there are of each, sizes and grey values. <c>display(dataset)</c> shows it.</summary>
/// <param name="Splits">One or several splits of one data set; the pictures are of the first.</param>
public sealed record DatasetOverview(params IReadOnlyList<ImageSet> Splits)
{
    private const int MostClasses = 20;                                            // rows of pictures: more are no overview
    private const int Sampled = 2000;                                              // images the grey values are measured on

    /// <summary>Train, val and test.</summary>
    public DatasetOverview(DataSplits splits) : this(splits.Train, splits.Val, splits.Test) { }

    /// <summary>The first images of every class; of the first twenty classes where there are more.</summary>
    public Figure Pictures()
    {
        var set = Splits[0];
        if (set.ClassCount <= MostClasses) return Chart.Classes(set);
        return Chart.Images($"{set.Name}, {set.Split}: the first {MostClasses} of {set.ClassCount} classes", [.. Enumerable.Range(0, MostClasses).Select(label => Row(set, label))],
            [.. set.Classes.Take(MostClasses)]);

        static IReadOnlyList<Tile> Row(ImageSet set, int label) =>
            [.. Enumerable.Range(0, set.Count).Where(i => set.Labels[i] == label).Take(8).Select(i => Tile.Chw(set.Image(i), set.Height, set.Width, set.Channels))];
    }

    /// <summary>How many images each class has, the largest first.</summary>
    public Figure Histogram()
    {
        var set = Splits[0];
        var counts = set.Labels.CountBy(label => label).OrderByDescending(one => one.Value).ThenBy(one => one.Key).ToList();
        var shown = counts.Take(MostClasses).Select(one => new Bar(set.Classes[one.Key], one.Value)).ToList();
        return Chart.Bars($"{set.Name}, {set.Split}: images a class{(counts.Count > shown.Count ? $", the {shown.Count} largest of {counts.Count}" : "")}", "images", shown);
    }

    /// <summary>Sizes of the splits and of their classes, and the pixels' mean and spread beside those that the manifest normalises with.</summary>
    public MetricTable Table()
    {
        var format = Splits[0].Manifest.Image;
        return new MetricTable(Splits[0].Manifest.Title, ["split", "images", "classes", "smallest class", "largest class", "mean", "spread"], [.. Splits.Select(Row)],
            $"{format.Channels} x {format.Height} x {format.Width} pixels; mean and spread per channel, measured on at most {Sampled:N0} images. The manifest normalises with {Many(format.Mean)} and {Many(format.Std)}.");
    }

    /// <summary>Table, pictures and histogram as HTML; the table as text.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        ["text/html"] = new[] { Table().MimeBundle(), Pictures().MimeBundle(), Histogram().MimeBundle() }
            .Aggregate(new StringBuilder(), (page, part) => page.Append("<div>").Append(part["text/html"]).Append("</div>")).ToString(),
        ["text/plain"] = ToString(),
    };

    public override string ToString() => Table().ToString();

    private static object?[] Row(ImageSet set)
    {
        var sizes = set.Labels.CountBy(label => label).Select(one => one.Value).ToList();
        var (mean, spread) = Values(set);
        return [set.Split, set.Count, sizes.Count, sizes.Min(), sizes.Max(), Many(mean), Many(spread)];
    }

    // Images at even distances, so that sorted files are no trap.
    private static (double[] Mean, double[] Spread) Values(ImageSet set)
    {
        var (area, step) = (set.Height * set.Width, Math.Max(1, set.Count / Sampled));
        var (sum, squares, count) = (new double[set.Channels], new double[set.Channels], 0L);
        for (var i = 0; i < set.Count; i += step, count += area)
            for (var c = 0; c < set.Channels; c++)
                foreach (var value in set.Image(i).Slice(c * area, area))
                {
                    sum[c] += value / 255.0;
                    squares[c] += value / 255.0 * (value / 255.0);
                }
        return ([.. sum.Select(total => total / count)], [.. squares.Zip(sum, (square, total) => Math.Sqrt(Math.Max(0, square / count - total / count * (total / count))))]);
    }

    private static string Many(IEnumerable<double> values) => string.Join(", ", values.Select(value => value.ToString("0.000", CultureInfo.InvariantCulture)));
}
