using MimKit.Metrics;

namespace MimKit.Tests.Metrics;

public class ComparisonTests
{
    [Fact]
    public void Spearman_of_a_monotone_relation_is_one() =>
        Assert.Equal(1, Spearman.Correlation([1, 2, 3, 10], [0.1, 0.2, 5, 5.1]), 12);

    [Fact]
    public void Spearman_shares_ranks_between_ties() =>      // scipy.stats.spearmanr([1, 2, 2, 3, 5], [2, 1, 4, 4, 9]) = 0.7631578947368421
        Assert.Equal(0.7631578947368421, Spearman.Correlation([1, 2, 2, 3, 5], [2, 1, 4, 4, 9]), 12);

    [Fact]
    public void Spearman_interval_holds_the_estimate_and_is_the_same_for_a_seed()
    {
        double[] x = [.. Enumerable.Range(0, 30).Select(i => (double)i)];
        double[] y = [.. x.Select(v => Math.Sin(v * 7) * 8 + v)];
        var s = Spearman.Of(x, y, seed: 5);
        Assert.InRange(s.Rho, s.Low, s.High);
        Assert.True(s.Low > 0 && s.High < 1, s.ToString());
        Assert.Equal(s, Spearman.Of(x, y, seed: 5));
        Assert.NotEqual(s, Spearman.Of(x, y, seed: 6));
    }

    [Fact]
    public void Spearman_counts_resamples_in_which_a_side_is_constant() => Assert.True(Spearman.Of([1, 2, 3], [1, 2, 3]).Constant > 0);

    [Fact]
    public void Spearman_refuses_what_has_no_rank()
    {
        Assert.Contains("Value 1 is not a number", Assert.Throws<ArgumentException>(() => Spearman.Correlation([1, double.NaN, 3], [1, 2, 3])).Message);
        Assert.Contains("found 3 and 2", Assert.Throws<ArgumentException>(() => Spearman.Correlation([1, 2, 3], [1, 2])).Message);
        Assert.True(double.IsNaN(Spearman.Correlation([1, 1, 1], [1, 2, 3])));
    }

    [Fact]
    public void A_clear_difference_is_supported_and_its_mirror_contradicted()
    {
        bool[] a = [.. Enumerable.Range(0, 1000).Select(i => i % 10 != 0)];           // 0.90
        bool[] b = [.. Enumerable.Range(0, 1000).Select(i => i % 20 > 2)];            // 0.85
        var difference = PairedDifference.Of(a, b);
        Assert.Equal((0.9, 0.85, Verdict.Supported), (difference.AccuracyA, difference.AccuracyB, difference.Verdict));
        Assert.InRange(difference.Difference, difference.Low, difference.High);
        Assert.Equal(Verdict.Contradicted, PairedDifference.Of(b, a).Verdict);
        Assert.Equal(Verdict.Undecided, PairedDifference.Of(a, a).Verdict);
        Assert.Contains("+5.00 points", difference.ToString());
    }

    [Fact]
    public void The_interval_has_the_width_of_the_paired_standard_error()
    {
        bool[] a = [.. Enumerable.Range(0, 2000).Select(i => i % 4 != 0)];
        bool[] b = [.. Enumerable.Range(0, 2000).Select(i => i % 5 != 0)];
        var difference = PairedDifference.Of(a, b);
        var variance = 0.2 * 0.75 + 0.25 * 0.8 - 0.05 * 0.05;                         // disagreements: A alone right .15, B alone right .20
        var expected = 2 * 1.96 * Math.Sqrt(variance / 2000);
        Assert.InRange(difference.High - difference.Low, 0.9 * expected, 1.1 * expected);
    }

    [Fact]
    public void Predictions_are_compared_on_the_same_images()
    {
        var difference = PairedDifference.OfPredictions([1, 2, 3, 0], [1, 0, 0, 0], [1, 2, 3, 4]);
        Assert.Equal((0.75, 0.25), (difference.AccuracyA, difference.AccuracyB));
        Assert.Throws<ArgumentException>(() => PairedDifference.OfPredictions([1], [1, 2], [1, 2]));
    }

    [Fact]
    public void Seeds_have_a_mean_and_a_sample_deviation()
    {
        var summary = SeedSummary.Of(0.8, 0.9, 1.0);
        Assert.Equal(0.9, summary.Mean, 12);
        Assert.Equal(0.1, summary.Deviation, 12);
        Assert.Equal("0.9000 ± 0.1000 (3 seeds)", summary.ToString());
        Assert.Equal("0.5000 (1 seed)", SeedSummary.Of(0.5).ToString());
    }
}
