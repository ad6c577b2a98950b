using System.Diagnostics;

namespace MimKit.Evaluation;

/// <summary>How a linear probe is fitted.</summary>
public sealed record ProbePlan
{
    /// <summary>
    /// L2 strengths tried on val, from strong to weak: each starts where the one before ended, and the walk ends when val gets worse.
    /// </summary>
    public IReadOnlyList<double> L2 { get; init; } = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5];

    /// <summary>Whether the last fit, with the chosen strength, is on train + val; otherwise on train.</summary>
    public bool Refit { get; init; } = true;
}

/// <summary>A probe's one read of test, and how its strength was chosen.</summary>
/// <param name="L2">The chosen strength.</param>
/// <param name="Val">Accuracy on val under every strength that was tried.</param>
/// <param name="Iterations">L-BFGS iterations of all fits together.</param>
public sealed record ProbeResult(
    string Measure, string Source, bool[] Correct, double Seconds, double L2, IReadOnlyDictionary<double, double> Val, int Iterations)
    : Evaluated(Measure, Source, Correct, Seconds);

/// <summary>
/// The kit's linear probe (METHODS 5.3): multinomial logistic regression on frozen features, standardised by train's statistics,
/// L2 chosen on val. MAE's LARS probe at batch 16,384 would have 3.7 steps an epoch on a data set of this size.
/// </summary>
public static class LinearProbe
{
    /// <summary>Fits on train, chooses on val, reads test once.</summary>
    public static ProbeResult Fit(FeatureSet train, FeatureSet val, FeatureSet test, ProbePlan? plan = null)
    {
        CheckWidths(train, val, test);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (mean, deviation) = Statistics(train.X);
        var gallery = (plan ?? new()).Refit ? new DenseInput(train.With(val), mean, deviation) : null;
        return Fit(new(new DenseInput(train, mean, deviation), train.Labels), new(new DenseInput(val, mean, deviation), val.Labels),
            new(new DenseInput(test, mean, deviation), test.Labels), gallery, "linear probe", test.Source, plan ?? new());
    }

    /// <summary>The control of a tokenizer: the same probe on its one-hot codes, position by position, no encoder between.</summary>
    public static ProbeResult Fit(TokenSet train, TokenSet val, TokenSet test, ProbePlan? plan = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var both = new TokenSet(torch.cat([train.Ids, val.Ids], 0), train.Codes, [.. train.Labels, .. val.Labels]);
        return Fit(new(new OneHotInput(train), train.Labels), new(new OneHotInput(val), val.Labels), new(new OneHotInput(test), test.Labels),
            (plan ?? new()).Refit ? new OneHotInput(both) : null, "linear probe on one-hot codes", test.Source, plan ?? new());
    }

    static ProbeResult Fit(Labelled train, Labelled val, Labelled test, IProbeInput? gallery, string measure, string source, ProbePlan plan)
    {
        var start = Stopwatch.GetTimestamp();
        var classes = train.Labels.Concat(val.Labels).Concat(test.Labels).Max() + 1;
        var regression = new LogisticRegression(train.Input, train.Labels, classes);
        var (weights, iterations) = (regression.Start(), 0);
        var tried = new List<(double L2, double Accuracy, Tensor Weights)>();
        foreach (var l2 in plan.L2)
        {
            iterations += regression.MinimiseInPlace(weights, l2, leastProgress: 1e-3);   // ranks the strengths; the last fit is finer
            tried.Add((l2, Share(Correct(val, weights)), weights.clone()));
            if (tried[^1].Accuracy < tried.Max(fit => fit.Accuracy)) break;   // weaker ones overfit more, and converge slowest
        }

        var best = tried.MaxBy(fit => fit.Accuracy);                       // of equals the strongest penalty
        var last = gallery is null ? regression : new LogisticRegression(gallery, [.. train.Labels, .. val.Labels], classes);
        iterations += last.MinimiseInPlace(best.Weights, best.L2);

        var correct = Correct(test, best.Weights);                         // the one read of test
        return new(measure, source, correct, Stopwatch.GetElapsedTime(start).TotalSeconds,
            best.L2, tried.ToDictionary(fit => fit.L2, fit => fit.Accuracy), iterations);
    }

    static bool[] Correct(Labelled set, Tensor weights)
    {
        using var scope = NewDisposeScope();
        var predicted = LogisticRegression.Logits(set.Input, weights).argmax(1).ToArray<long>();
        var correct = new bool[set.Labels.Length];
        for (var i = 0; i < correct.Length; i++) correct[i] = predicted[i] == set.Labels[i];
        return correct;
    }

    static double Share(bool[] correct) => correct.Count(right => right) / (double)correct.Length;

    /// <summary>Mean and standard deviation of every column; a column that never changes keeps its unit.</summary>
    static (Tensor Mean, Tensor Deviation) Statistics(Tensor x)
    {
        var (mean, deviation) = (x.mean([0L]), x.std(0, unbiased: false));
        return (mean, torch.where(deviation.gt(0), deviation, torch.ones_like(deviation)));
    }

    static void CheckWidths(params FeatureSet[] sets)
    {
        foreach (var set in sets)
            if (set.X.shape[1] != sets[0].X.shape[1] || set.X.shape[0] != set.Count)
                throw new ArgumentException($"{set.Source}: features [{string.Join(", ", set.X.shape)}] for {set.Count} labels; wanted [{set.Count}, {sets[0].X.shape[1]}].");
    }

    readonly record struct Labelled(IProbeInput Input, int[] Labels);
}
