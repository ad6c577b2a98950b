using System.Globalization;

namespace MimKit.Metrics;

/// <summary>Mean and sample standard deviation (n − 1) over seeds; one seed has no deviation (NaN).</summary>
public sealed record SeedSummary(double Mean, double Deviation, int Seeds)
{
    public static SeedSummary Of(params ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) throw new ArgumentException("A mean over seeds needs at least one value.");
        var mean = 0.0;
        foreach (var value in values) mean += value / values.Length;
        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return new(mean, values.Length == 1 ? double.NaN : Math.Sqrt(squares / (values.Length - 1)), values.Length);
    }

    /// <summary>"0.8741 ± 0.0012 (3 seeds)", or "0.8741 (1 seed)".</summary>
    public override string ToString() => Seeds == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Mean:F4} (1 seed)")
        : string.Create(CultureInfo.InvariantCulture, $"{Mean:F4} ± {Deviation:F4} ({Seeds} seeds)");
}

/// <summary>The middle 95 % of resampled values, with linear interpolation between order statistics.</summary>
internal static class Interval
{
    public static (double Low, double High) Percentiles(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0) return (double.NaN, double.NaN);
        var sorted = values.Order().ToArray();
        return (At(sorted, 0.025), At(sorted, 0.975));
    }

    private static double At(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
