using System.Diagnostics;
using MimKit.Data;

namespace MimKit.Evaluation;

/// <summary>What a classifier said of a labelled set.</summary>
/// <param name="Source">The set.</param>
/// <param name="Probabilities">[n][C] after the softmax.</param>
/// <param name="Labels">[n].</param>
/// <param name="Seconds">What it took.</param>
public sealed record Classified(string Source, float[][] Probabilities, int[] Labels, double Seconds)
{
    /// <summary>[n] the likeliest class.</summary>
    public int[] Predicted { get; } = [.. Probabilities.Select(row => Array.IndexOf(row, row.Max()))];

    /// <summary>Runs a classifier over a set, without gradients and without augmentation.</summary>
    /// <param name="logits">images [B, C, H, W] to [B, classes]</param>
    /// <param name="set">labelled images</param>
    public static Classified Of(Func<Tensor, Tensor> logits, ImageSet set)
    {
        var start = Stopwatch.GetTimestamp();
        var features = Features.Extract(images => logits(images).to(float32).softmax(1), set);
        using var x = features.X;
        var (all, classes) = (x.ToArray<float>(), (int)x.size(1));
        if (all.Any(float.IsNaN)) throw new InvalidDataException($"The classifier gives NaN on {features.Source}; its training diverged.");
        return new(features.Source, [.. all.Chunk(classes)], features.Labels, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Top-1, as every other evaluation reports it.</summary>
    public Evaluated Top1 => new("fine-tuning", Source, [.. Predicted.Zip(Labels, (predicted, label) => predicted == label)], Seconds);

    /// <summary>Share of images whose label is among the five likeliest classes.</summary>
    public double Top5 => Probabilities.Zip(Labels, (row, label) => row.Count(p => p > row[label]) < 5 ? 1.0 : 0).Average();

    /// <summary>[label][prediction] counts.</summary>
    public int[][] Confusion()
    {
        var counts = Enumerable.Range(0, Probabilities[0].Length).Select(_ => new int[Probabilities[0].Length]).ToArray();
        foreach (var (label, predicted) in Labels.Zip(Predicted)) counts[label][predicted]++;
        return counts;
    }

    /// <summary>Right answers of every class; NaN for a class that the set has no image of.</summary>
    public double[] PerClass() => [.. Confusion().Select((row, label) => row.Sum() == 0 ? double.NaN : row[label] / (double)row.Sum())];

    /// <summary>Expected calibration error (Naeini et al., 2015): |confidence − accuracy| over equal bins of confidence, weighted by their images; 0 to 1.</summary>
    public double CalibrationError(int bins = 15) => Reliability(bins).Sum(bin => bin.Images * Math.Abs(bin.Confidence - bin.Accuracy)) / Labels.Length;

    /// <summary>The reliability diagram: mean confidence and accuracy of the images in equal bins of confidence; empty bins are left out.</summary>
    public IReadOnlyList<ReliabilityBin> Reliability(int bins = 15) => [.. Probabilities.Select(row => row.Max()).Zip(Predicted.Zip(Labels, (a, b) => a == b), (confidence, right) => (Confidence: confidence, Right: right))
        .GroupBy(one => Math.Min(bins - 1, (int)(one.Confidence * bins))).OrderBy(bin => bin.Key)
        .Select(bin => new ReliabilityBin(bin.Average(one => one.Confidence), bin.Average(one => one.Right ? 1.0 : 0), bin.Count()))];

    /// <summary>Places in the set of the wrong answers, the surest first: what to look at.</summary>
    public IReadOnlyList<int> WorstMistakes(int count) => [.. Enumerable.Range(0, Labels.Length).Where(i => Predicted[i] != Labels[i]).OrderByDescending(i => Probabilities[i][Predicted[i]]).Take(count)];

    public override string ToString() => FormattableString.Invariant($"{Top1}; top-5 {Top5:F4}; calibration error {CalibrationError():F4}");
}

/// <summary>Images of like confidence.</summary>
/// <param name="Confidence">Mean probability of what was said.</param>
/// <param name="Accuracy">Share that was right.</param>
/// <param name="Images">How many.</param>
public sealed record ReliabilityBin(double Confidence, double Accuracy, int Images);
