namespace MimKit.Evaluation;

/// <summary>How many dimensions a representation uses.</summary>
/// <param name="SingularValues">[min(n, D)] of the features as they are, falling</param>
/// <param name="Source">Data set and split.</param>
public sealed record Spectrum(double[] SingularValues, string Source)
{
    private const double Least = 1e-7;                                             // RankMe's ε

    /// <summary>The singular values of features [n, D].</summary>
    public static Spectrum Of(FeatureSet features)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        Neighbours.CheckFinite(features.X);
        var x = features.X.to(CPU).to(float64);
        var product = x.shape[0] < x.shape[1] ? x.matmul(x.t()) : x.t().matmul(x);
        var (values, _) = linalg.eigh(product);
        return new([.. values.flip(0).ToArray<double>().Select(value => Math.Sqrt(Math.Max(0, value)))], features.Source);
    }

    /// <summary>
    /// exp of the entropy of the singular values' shares: the effective rank (Roy and Vetterli, 2007) in the form of RankMe (Garrido et al., ICML 2023, eq. 1).
    /// Between 1 (one direction) and min(n, D) (all alike); 0 for features that are all 0.
    /// </summary>
    public double EffectiveRank
    {
        get
        {
            var sum = SingularValues.Sum();
            if (sum == 0) return 0;
            return Math.Exp(-SingularValues.Sum(value => (value / sum + Least) * Math.Log(value / sum + Least)));
        }
    }

    public override string ToString() => FormattableString.Invariant($"effective rank {EffectiveRank:F1} of {SingularValues.Length} on {Source}");
}
