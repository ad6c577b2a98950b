using MimKit.Data;
using MimKit.Metrics;
using static System.FormattableString;

namespace MimKit.Evaluation;

/// <summary>An image with what is there and what was seen; for looking at.</summary>
/// <param name="Image">[H, W, C]</param>
/// <param name="Truth">[H, W, 1] classes; <see cref="SegmentationSource.Ignored"/> where none is known</param>
/// <param name="Predicted">[H, W, 1] classes</param>
public sealed record SegmentationExample(Picture Image, Picture Truth, Picture Predicted);

/// <summary>
/// What one read of a segmented set gave: intersection over union and accuracy of every class, and their means over the classes that have a
/// value (mIoU, mAcc), and the share of right pixels (aAcc). Shows itself as a table.
/// </summary>
/// <param name="Measure">"UPerNet", "linear head on frozen patches".</param>
/// <param name="Source">The set that was read.</param>
/// <param name="Classes">Their names.</param>
/// <param name="Confusion">[class][predicted] pixels; unknown ones are not counted.</param>
/// <param name="Seconds">What reading took.</param>
public sealed record SegmentationScore(string Measure, string Source, IReadOnlyList<string> Classes, long[][] Confusion, double Seconds)
{
    /// <summary>The first images of the set.</summary>
    public IReadOnlyList<SegmentationExample> Examples { get; init; } = [];

    /// <summary>Of every class: pixels of both over pixels of either; NaN for one that is neither there nor predicted.</summary>
    public double[] IoU => [.. Confusion.Select((row, k) => Share(row[k], Labelled(k) + Predicted(k) - row[k]))];

    /// <summary>Of every class: the share of its pixels that are found; NaN for one that is not there.</summary>
    public double[] Accuracy => [.. Confusion.Select((row, k) => Share(row[k], Labelled(k)))];

    /// <summary>mIoU, 0 to 1; NaN where no pixel is known.</summary>
    public double MeanIoU => Mean(IoU);

    /// <summary>mAcc, 0 to 1.</summary>
    public double MeanAccuracy => Mean(Accuracy);

    /// <summary>aAcc, 0 to 1.</summary>
    public double PixelAccuracy => Share(Confusion.Select((row, k) => row[k]).Sum(), Pixels);

    /// <summary>Known pixels.</summary>
    public long Pixels => Confusion.Sum(row => row.Sum());

    /// <summary>Counts a mask; pixels of unknown class are left out.</summary>
    /// <param name="confusion">[class][predicted], changed in place</param>
    /// <param name="truth">[H · W]</param>
    /// <param name="predicted">[H · W]</param>
    /// <exception cref="DataException">A pixel's class is none of the set's.</exception>
    public static void CountInPlace(long[][] confusion, ReadOnlySpan<byte> truth, ReadOnlySpan<byte> predicted)
    {
        for (var p = 0; p < truth.Length; p++)
        {
            if (truth[p] == SegmentationSource.Ignored) continue;
            if (truth[p] >= confusion.Length) throw new DataException($"A mask has the class {truth[p]}; there are {confusion.Length} classes, 0 to {confusion.Length - 1}, and {SegmentationSource.Ignored} where none is known.");
            confusion[truth[p]][predicted[p]]++;
        }
    }

    /// <summary>text/html, text/plain and the report's JSON.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => Table().MimeBundle();

    /// <summary>A row a class.</summary>
    public MetricTable Table() => new($"{Measure} on {Source}", ["class", "share of pixels", "IoU", "accuracy"],
        [.. Classes.Select((name, k) => new object?[] { name, Share(Labelled(k), Pixels), IoU[k], Accuracy[k] }), ["mean", null, MeanIoU, MeanAccuracy]], ToString());

    public override string ToString() =>
        Invariant($"{Measure}: mIoU {MeanIoU:F4}, mAcc {MeanAccuracy:F4}, aAcc {PixelAccuracy:F4} on {Source} ({Pixels:N0} pixels of {Classes.Count} classes), {Seconds:F1} s");

    private long Labelled(int k) => Confusion[k].Sum();
    private long Predicted(int k) => Confusion.Sum(row => row[k]);
    private static double Share(long part, long whole) => whole == 0 ? double.NaN : part / (double)whole;
    private static double Mean(double[] values) => values.Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average();
}
