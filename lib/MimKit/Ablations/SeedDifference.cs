using System.Globalization;
using MimKit.Metrics;

namespace MimKit.Ablations;

/// <summary>The mean of a number over paired seeds with its 95 % interval by Student's t.</summary>
/// <param name="Mean">A − B.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Seeds">Pairs.</param>
public sealed record SeedDifference(double Mean, double Low, double High, int Seeds)
{
    // t of 0.975 for 1 to 30 degrees of freedom; above, the normal's with the first correction
    static readonly double[] Quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>Supported: the interval lies above 0; contradicted: below; else undecided.</summary>
    public Verdict Verdict => Low > 0 ? Verdict.Supported : High < 0 ? Verdict.Contradicted : Verdict.Undecided;

    /// <summary>Of two arms with the same seeds in the same order.</summary>
    public static SeedDifference Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"Paired arms have the same seeds; found {a.Length} and {b.Length}.");
        var differences = new double[a.Length];
        for (var i = 0; i < differences.Length; i++) differences[i] = a[i] - b[i];
        return Of(differences);
    }

    /// <summary>Of numbers, one a seed.</summary>
    public static SeedDifference Of(ReadOnlySpan<double> values)
    {
        if (values.Length < 2) throw new ArgumentException($"An interval over seeds needs two or more; found {values.Length}.");
        var summary = SeedSummary.Of(values);
        var half = Quantile(values.Length - 1) * summary.Deviation / Math.Sqrt(values.Length);
        return new(summary.Mean, summary.Mean - half, summary.Mean + half, values.Length);
    }

    /// <summary>Half the width of a 95 % interval in standard errors.</summary>
    public static double Quantile(int degrees) => degrees <= Quantiles.Length ? Quantiles[degrees - 1] : 1.960 + 2.372 / degrees;

    /// <summary>"+0.42 [+0.11, +0.73] supported".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Mean:+0.00##;-0.00##;0.00} [{Low:+0.00##;-0.00##;0.00}, {High:+0.00##;-0.00##;0.00}] {Verdict.ToString().ToLowerInvariant()}");
}
