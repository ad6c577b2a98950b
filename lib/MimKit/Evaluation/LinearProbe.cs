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

/// <summary>A probe whose strength is chosen and which has not seen test.</summary>
public sealed class FittedProbe : IDisposable
{
    readonly string _measure;
    readonly Tensor _weights;                                              // [D + 1, C]
    readonly int _iterations;
    readonly double _seconds;
    readonly Func<FeatureSet, IProbeInput>? _standardise;
    readonly Tensor[] _kept;

    internal FittedProbe(string measure, Tensor weights, double l2, IReadOnlyDictionary<double, double> val, int iterations, double seconds, Func<FeatureSet, IProbeInput>? standardise, Tensor[] kept) =>
        (_measure, _weights, L2, Val, _iterations, _seconds, _standardise, _kept) = (measure, weights, l2, val, iterations, seconds, standardise, kept);

    /// <summary>The chosen strength.</summary>
    public double L2 { get; }

    /// <summary>Accuracy on val under every strength that was tried.</summary>
    public IReadOnlyDictionary<double, double> Val { get; }

    /// <summary>Accuracy on val under the chosen one.</summary>
    public double BestVal => Val[L2];

    /// <summary>Reads a labelled set: test, once.</summary>
    public ProbeResult Read(FeatureSet test)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Read(_standardise!(test), test.Labels, test.Source);
    }

    /// <summary>Logits of features, differentiable: the probe as the last layer of a classifier.</summary>
    /// <param name="features">[B, D] float32</param>
    /// <returns>[B, C]</returns>
    public Tensor Logits(Tensor features)
    {
        if (_kept is not [var mean, var deviation]) throw new InvalidOperationException("A probe on codes has no features to read.");
        long D = _weights.size(0) - 1;
        return ((features - mean) / deviation).matmul(_weights.narrow(0, 0, D)) + _weights.narrow(0, D, 1);
    }

    internal ProbeResult Read(IProbeInput test, int[] labels, string source) => new(_measure, source, LinearProbe.Correct(test, labels, _weights), _seconds, L2, Val, _iterations);

    public void Dispose()
    {
        _weights.Dispose();
        foreach (var tensor in _kept) tensor.Dispose();
    }
}

/// <summary>
/// The kit's linear probe (METHODS 5.3): multinomial logistic regression on frozen features, standardised by train's statistics,
/// L2 chosen on val. MAE's LARS probe at batch 16,384 would have 3.7 steps an epoch on a data set of this size.
/// </summary>
public static class LinearProbe
{
    /// <summary>Fits on train, chooses on val, reads test once.</summary>
    public static ProbeResult Fit(FeatureSet train, FeatureSet val, FeatureSet test, ProbePlan? plan = null)
    {
        using var fitted = Choose(train, val, plan);
        return fitted.Read(test);
    }

    /// <summary>Fits on train and chooses on val; test is not there yet, so that of several probes only the chosen one need read it.</summary>
    /// <exception cref="ArgumentException">Widths differ, or all labels are one class.</exception>
    /// <exception cref="InvalidDataException">A feature is NaN or infinite.</exception>
    public static FittedProbe Choose(FeatureSet train, FeatureSet val, ProbePlan? plan = null)
    {
        CheckWidths(train, val);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (mean, deviation) = Statistics(train.Checked().X);
        DenseInput Standardised(FeatureSet set) => new(set, mean, deviation);
        return Chosen(new(Standardised(train), train.Labels), new(Standardised(val.Checked()), val.Labels), "linear probe", plan ?? new(),
            () => Standardised(train.With(val)),
            test =>
            {
                CheckWidths(train, test);
                return Standardised(test.Checked());
            }, [mean, deviation]);
    }

    /// <summary>The control of a tokenizer: the same probe on its one-hot codes, position by position, no encoder between.</summary>
    public static ProbeResult Fit(TokenSet train, TokenSet val, TokenSet test, ProbePlan? plan = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var fitted = Chosen(new(new OneHotInput(train), train.Labels), new(new OneHotInput(val), val.Labels), "linear probe on one-hot codes", plan ?? new(),
            () => new OneHotInput(new(torch.cat([train.Ids, val.Ids], 0), train.Codes, [.. train.Labels, .. val.Labels])), null, []);
        return fitted.Read(new OneHotInput(test), test.Labels, test.Source);
    }

    static FittedProbe Chosen(Labelled train, Labelled val, string measure, ProbePlan plan, Func<IProbeInput> both, Func<FeatureSet, IProbeInput>? standardise, Tensor[] kept)
    {
        var start = Stopwatch.GetTimestamp();
        if (train.Labels.Distinct().Count() < 2)
            throw new ArgumentException($"All {train.Labels.Length:N0} training labels are class {train.Labels.FirstOrDefault()}; a classifier needs two classes. Give another labelling or more images.");
        var classes = train.Labels.Concat(val.Labels).Max() + 1;
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
        var last = plan.Refit ? new LogisticRegression(both(), [.. train.Labels, .. val.Labels], classes) : regression;
        iterations += last.MinimiseInPlace(best.Weights, best.L2);
        foreach (var tensor in kept) tensor.DetachFromDisposeScope();
        return new(measure, best.Weights.DetachFromDisposeScope(), best.L2, tried.ToDictionary(fit => fit.L2, fit => fit.Accuracy), iterations,
            Stopwatch.GetElapsedTime(start).TotalSeconds, standardise, kept);
    }

    internal static bool[] Correct(IProbeInput input, int[] labels, Tensor weights) => Correct(new(input, labels), weights);

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
