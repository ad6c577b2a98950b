namespace MimKit.Metrics;

/// <summary>What stands beside TCAS, which alone does not punish over-fine tokens. All from R [tokens, classes]; entropies in nats.</summary>
public sealed record TokenStatistics
{
    /// <summary>Tokens that occur.</summary>
    public required int UsedCodes { get; init; }
    /// <summary>exp H(token): as many evenly used tokens would be as uncertain.</summary>
    public required double Perplexity { get; init; }
    /// <summary>H(class | token), nats; 0 where a token tells the class.</summary>
    public required double ClassEntropyGivenToken { get; init; }
    /// <summary>2 I(token; class) / (H(token) + H(class)); 0 independent, 1 the same partition (scikit-learn's default normalisation).</summary>
    public required double NormalisedMutualInformation { get; init; }
    /// <summary>I(token; class), nats.</summary>
    public required double MutualInformation { get; init; }
    /// <summary>Share of patches whose class is the commonest of their token.</summary>
    public required double Purity { get; init; }
    /// <summary>Mean of C off the diagonal: the mean cosine of two classes' token histograms; empty classes count as 0.</summary>
    public required double MeanOffDiagonalCosine { get; init; }
    /// <summary>From a class to one of its tokens to a class of that token: mean probability of ending in another class.</summary>
    public required double WalkOffDiagonal { get; init; }
    /// <summary>Classes without a patch.</summary>
    public required int EmptyClasses { get; init; }

    /// <summary>Computes all of them; without any patch everything but the two counts is NaN.</summary>
    public static TokenStatistics Of(long[,] r)
    {
        var (tokens, classes) = (r.GetLength(0), r.GetLength(1));
        var (byToken, byClass) = Margins(r);
        double total = byClass.Sum();
        var (hToken, hClass, hJoint) = (Entropy(byToken, total), Entropy(byClass, total), Entropy(r.Cast<long>(), total));
        var information = Math.Max(0, hToken + hClass - hJoint);
        return new TokenStatistics
        {
            UsedCodes = byToken.Count(n => n > 0),
            EmptyClasses = byClass.Count(n => n == 0),
            Perplexity = Math.Exp(hToken),
            ClassEntropyGivenToken = Math.Max(0, hJoint - hToken),
            MutualInformation = information,
            NormalisedMutualInformation = hToken + hClass == 0 ? 1 : 2 * information / (hToken + hClass),   // one token, one class: equal partitions
            Purity = Enumerable.Range(0, tokens).Sum(i => Enumerable.Range(0, classes).Max(j => r[i, j])) / total,
            MeanOffDiagonalCosine = MeanOffDiagonal(Tcas.ClassCosines(r)),
            WalkOffDiagonal = Walk(r, byToken, byClass),
        };
    }

    private static (long[] ByToken, long[] ByClass) Margins(long[,] r)
    {
        var byToken = new long[r.GetLength(0)];
        var byClass = new long[r.GetLength(1)];
        for (var i = 0; i < byToken.Length; i++)
            for (var j = 0; j < byClass.Length; j++)
            {
                byToken[i] += r[i, j];
                byClass[j] += r[i, j];
            }
        return (byToken, byClass);
    }

    private static double Entropy(IEnumerable<long> counts, double total)
    {
        if (total == 0) return double.NaN;
        var sum = counts.Where(n => n > 0).Sum(n => n * Math.Log(n));   // H = ln N − Σ n ln n / N
        return Math.Max(0, Math.Log(total) - sum / total);
    }

    private static double MeanOffDiagonal(double[,]? c)
    {
        if (c is null || c.GetLength(0) < 2) return double.NaN;
        var classes = c.GetLength(0);
        var diagonal = Enumerable.Range(0, classes).Sum(j => c[j, j]);
        return (c.Cast<double>().Sum() - diagonal) / (classes * (classes - 1.0));
    }

    /// <summary>Mean over the classes that have patches of 1 − (QᵀP)_jj, with P = P(class | token) and Q = P(token | class).</summary>
    private static double Walk(long[,] r, long[] byToken, long[] byClass)
    {
        var (stays, present) = (0.0, 0);
        for (var j = 0; j < byClass.Length; j++)
        {
            if (byClass[j] == 0) continue;
            present++;
            for (var i = 0; i < byToken.Length; i++)
                if (r[i, j] > 0) stays += (double)r[i, j] / byClass[j] * r[i, j] / byToken[i];
        }
        return present == 0 ? double.NaN : Math.Max(0, 1 - stays / present);
    }
}
