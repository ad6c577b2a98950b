using System.Globalization;
using MimKit.Evaluation;
using MimKit.Metrics;

namespace MimKit.Reports;

/// <summary>A measured cell: one value a seed, in the metric's unit.</summary>
/// <param name="Values">[seeds].</param>
/// <param name="Seconds">What measuring them took.</param>
/// <param name="TestReads">How often the test split was read for it: once a seed, or never.</param>
public sealed record Measured(IReadOnlyList<double> Values, double Seconds = 0, int TestReads = 0)
{
    /// <summary>Accuracies in percent, one read of test a seed.</summary>
    public static Measured Of(params IReadOnlyList<Evaluated> seeds) =>
        new([.. seeds.Select(seed => 100 * seed.Accuracy)], seeds.Sum(seed => seed.Seconds), seeds.Count(seed => seed.Source.Contains("test", StringComparison.Ordinal)));

    /// <summary>Mean and sample deviation over seeds.</summary>
    public SeedSummary Summary { get; } = SeedSummary.Of([.. Values]);

    /// <summary>"84.31" for one seed, "84.31 ± 0.12" for several.</summary>
    public string Show(Metric metric)
    {
        var format = "F" + metric.Decimals;
        var mean = Summary.Mean.ToString(format, CultureInfo.InvariantCulture);
        return Summary.Seeds == 1 ? mean : $"{mean} ± {Summary.Deviation.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
