using System.Globalization;
using MimKit.Data;

namespace MimKit.Metrics;

/// <summary>What an interval of a difference says about "A is better than B".</summary>
public enum Verdict { Supported, Contradicted, Undecided }

/// <summary>
/// The difference in accuracy of two methods on the same test images, A − B, with a 95 % bootstrap interval over images.
/// Paired: an image both get right, or both wrong, adds no noise.
/// </summary>
public sealed record PairedDifference(double AccuracyA, double AccuracyB, double Low, double High, int Images)
{
    /// <summary>A − B, between −1 and 1.</summary>
    public double Difference => AccuracyA - AccuracyB;

    /// <summary>Supported: the interval lies above 0; contradicted: below; else undecided.</summary>
    public Verdict Verdict => Low > 0 ? Verdict.Supported : High < 0 ? Verdict.Contradicted : Verdict.Undecided;

    /// <summary>Compares predictions on the same images.</summary>
    /// <param name="a">[images] predicted classes of A.</param>
    /// <param name="b">[images] predicted classes of B.</param>
    /// <param name="labels">[images] true classes.</param>
    /// <param name="resamples">Bootstrap draws of all images.</param>
    /// <param name="seed">Of the draws.</param>
    public static PairedDifference OfPredictions(ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> labels, int resamples = 2000, ulong seed = 0)
    {
        if (a.Length != labels.Length || b.Length != labels.Length)
            throw new ArgumentException($"Paired predictions need the same images; found {a.Length}, {b.Length} and {labels.Length} labels.");
        var (rightA, rightB) = (new bool[a.Length], new bool[a.Length]);
        for (var i = 0; i < labels.Length; i++) (rightA[i], rightB[i]) = (a[i] == labels[i], b[i] == labels[i]);
        return Of(rightA, rightB, resamples, seed);
    }

    /// <summary>Compares which images were right.</summary>
    public static PairedDifference Of(ReadOnlySpan<bool> a, ReadOnlySpan<bool> b, int resamples = 2000, ulong seed = 0)
    {
        if (a.Length != b.Length || a.IsEmpty) throw new ArgumentException($"Paired results need the same images, one or more; found {a.Length} and {b.Length}.");
        var n = a.Length;
        var difference = new sbyte[n];
        for (var i = 0; i < n; i++) difference[i] = (sbyte)((a[i] ? 1 : 0) - (b[i] ? 1 : 0));

        var hash = new CounterHash(seed);
        var drawn = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            var sum = 0;
            for (var i = 0; i < n; i++) sum += difference[hash.Below(n, (ulong)r * (ulong)n + (ulong)i)];
            drawn[r] = (double)sum / n;
        }
        var (low, high) = Interval.Percentiles(drawn);
        return new((double)a.Count(true) / n, (double)b.Count(true) / n, low, high, n);
    }

    /// <summary>"A 0.874, B 0.843: +3.1 points [2.4, 3.8], supported".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"A {AccuracyA:F4}, B {AccuracyB:F4}: {100 * Difference:+0.00;-0.00;0.00} points [{100 * Low:+0.00;-0.00;0.00}, {100 * High:+0.00;-0.00;0.00}], {Verdict.ToString().ToLowerInvariant()} ({Images:N0} images)");
}
