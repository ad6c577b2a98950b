using System.Globalization;
using MimKit.Data;

namespace MimKit.Metrics;

/// <summary>Spearman's rank correlation (ties share their mean rank) with a percentile bootstrap interval.</summary>
/// <param name="Rho">The correlation; NaN if either side is constant.</param>
/// <param name="Low">2.5 % point of the resampled correlations.</param>
/// <param name="High">97.5 % point.</param>
/// <param name="Pairs">Pairs, e.g. tokenizers.</param>
/// <param name="Constant">Resamples left out because one side was constant.</param>
public sealed record Spearman(double Rho, double Low, double High, int Pairs, int Constant)
{
    /// <summary>Correlation with its 95 % interval.</summary>
    /// <exception cref="ArgumentException">Different lengths, fewer than three pairs, or a value that is no number.</exception>
    public static Spearman Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int resamples = 2000, ulong seed = 0)
    {
        var rho = Correlation(x, y);
        var hash = new CounterHash(seed);
        var (a, b) = (new double[x.Length], new double[x.Length]);
        var found = new List<double>(resamples);
        for (var r = 0; r < resamples; r++)
        {
            for (var i = 0; i < a.Length; i++)
            {
                var pick = hash.Below(a.Length, (ulong)r * (ulong)a.Length + (ulong)i);
                (a[i], b[i]) = (x[pick], y[pick]);
            }
            var value = Correlation(a, b);
            if (!double.IsNaN(value)) found.Add(value);
        }
        var (low, high) = Interval.Percentiles(found);
        return new(rho, low, high, x.Length, resamples - found.Count);
    }

    /// <summary>Pearson's correlation of the ranks.</summary>
    public static double Correlation(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length || x.Length < 3) throw new ArgumentException($"A rank correlation needs two lists of equal length, three or more; found {x.Length} and {y.Length}.");
        var (a, b) = (Ranks(x), Ranks(y));
        var mean = (x.Length + 1) / 2.0;
        var (ab, aa, bb) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            ab += (a[i] - mean) * (b[i] - mean);
            aa += (a[i] - mean) * (a[i] - mean);
            bb += (b[i] - mean) * (b[i] - mean);
        }
        return aa == 0 || bb == 0 ? double.NaN : ab / Math.Sqrt(aa * bb);
    }

    /// <summary>Ranks from 1; equal values share the mean of theirs.</summary>
    internal static double[] Ranks(ReadOnlySpan<double> values)
    {
        var nan = values.IndexOf(double.NaN);
        if (nan >= 0) throw new ArgumentException($"Value {nan} is not a number; leave that pair out.");
        var sorted = values.ToArray();
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, order);
        var ranks = new double[order.Length];
        for (var first = 0; first < order.Length;)
        {
            var last = first;
            while (last + 1 < order.Length && sorted[last + 1] == sorted[first]) last++;
            for (var i = first; i <= last; i++) ranks[order[i]] = (first + last) / 2.0 + 1;
            first = last + 1;
        }
        return ranks;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Spearman {Rho:F3} [{Low:F3}, {High:F3}], n = {Pairs}");
}
