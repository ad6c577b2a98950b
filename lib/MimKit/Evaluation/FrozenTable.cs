using MimKit.Metrics;

namespace MimKit.Evaluation;

/// <summary>One row of a table of frozen features: what was chosen on val, and the one read of test.</summary>
/// <param name="Name">"raw pixels", or the model.</param>
/// <param name="IsControl">Whether it is something to beat.</param>
/// <param name="Chosen">The choice: "k = 20, mean of patches".</param>
/// <param name="Val">Accuracy on val under that choice.</param>
/// <param name="Test">The read of test.</param>
/// <param name="Tried">Every choice with its accuracy on val.</param>
public sealed record FrozenRow(string Name, bool IsControl, string Chosen, double Val, Evaluated Test, IReadOnlyList<FrozenChoice> Tried);

/// <summary>One of the choices that val decided about.</summary>
/// <param name="Of">Which representation.</param>
/// <param name="Setting">k, or the strength of the penalty.</param>
/// <param name="Val">Accuracy on val.</param>
public sealed record FrozenChoice(string Of, double Setting, double Val);

/// <summary>Protocols that train nothing but a classifier on features, over a subject and its controls: pooling and setting are chosen on val, then test is read once a row.</summary>
public static class FrozenTable
{
    /// <summary>The k that are tried; those larger than the gallery are left out.</summary>
    public static IReadOnlyList<int> Neighbours { get; } = [5, 10, 20, 50, 100, 200];

    /// <summary>Weighted nearest neighbours (<see cref="Evaluation.Knn"/>): chosen on val with train as the gallery, read with train + val.</summary>
    /// <param name="subject">What is evaluated.</param>
    /// <param name="ks">k to choose from; null: <see cref="Neighbours"/>.</param>
    public static IReadOnlyList<FrozenRow> Knn(EvaluationSubject subject, IReadOnlyList<int>? ks = null)
    {
        var possible = (ks ?? Neighbours).Where(k => k <= subject.Train.Count).DefaultIfEmpty(subject.Train.Count).ToList();
        return Rows(subject, row =>
        {
            var tried = row.SelectMany(of => Evaluation.Knn.ByK(subject.Features(of, subject.Train), subject.Features(of, subject.Val), possible)
                .Zip(possible, (result, k) => (Of: of, K: k, Val: result.Accuracy))).ToList();
            var best = tried.MaxBy(choice => choice.Val);
            using var scope = NewDisposeScope();
            var gallery = subject.Features(best.Of, subject.Train).With(subject.Features(best.Of, subject.Val));
            var test = Evaluation.Knn.Classify(gallery, subject.Features(best.Of, subject.Test($"kNN-{best.K}: {best.Of}")), best.K);
            return new(best.Of.Name, best.Of.IsControl, Said($"k = {best.K}", best.Of), best.Val, test, [.. tried.Select(choice => new FrozenChoice($"{choice.Of}", choice.K, choice.Val))]);
        });
    }

    /// <summary>Logistic regression by L-BFGS (<see cref="LinearProbe"/>): fitted on train, pooling and penalty chosen on val, refitted on both.</summary>
    /// <param name="subject">What is evaluated.</param>
    /// <param name="plan">Penalties to choose from.</param>
    public static IReadOnlyList<FrozenRow> Logistic(EvaluationSubject subject, ProbePlan? plan = null) => Rows(subject, row =>
    {
        var tried = row.Select(of => (Of: of, Probe: LinearProbe.Choose(subject.Features(of, subject.Train), subject.Features(of, subject.Val), plan))).ToList();
        var (chosen, probe) = tried.MaxBy(choice => choice.Probe.BestVal);
        var test = probe.Read(subject.Features(chosen, subject.Test($"logistic regression: {chosen}")));
        foreach (var choice in tried) choice.Probe.Dispose();
        return new(chosen.Name, chosen.IsControl, Said(FormattableString.Invariant($"L2 {probe.L2:0e0}"), chosen), probe.BestVal, test,
            [.. tried.SelectMany(choice => choice.Probe.Val.Select(val => new FrozenChoice($"{choice.Of}", val.Key, val.Value)))]);
    });

    /// <summary>Rows as a table: controls first, the difference to raw pixels with its 95 % interval over images.</summary>
    public static MetricTable Table(string title, IReadOnlyList<FrozenRow> rows, EvaluationSubject subject)
    {
        var pixels = rows.FirstOrDefault(row => row.Name == Representation.RawPixels.Name);
        return new(title, ["features", "chosen on val", "val, %", "test, %", "vs pixels, points"], [.. rows.Select(row => (object?[])
        [
            row.IsControl ? row.Name : $"{row.Name} (this model)", row.Chosen, Percent(row.Val), Percent(row.Test.Accuracy), pixels is null || row == pixels ? null : Against(row.Test.Correct, pixels.Test.Correct),
        ])], $"{rows[0].Test.Source}, {rows[0].Test.Correct.Length:N0} images; fitted on {subject.Train.Count:N0} of train, chosen on {subject.Val.Count:N0} of val. Differences to raw pixels with 95 % intervals, paired over images."
            + string.Concat(subject.Absent.Select(what => $" Not shown: {what}.")));
    }

    /// <summary>Accuracy in percent, as tables show it.</summary>
    public static ShownNumber Percent(double share) => new(100 * share, FormattableString.Invariant($"{100 * share:F2}"));

    /// <summary>The paired difference of two readings of the same images, in points: "+1.2 [+0.7, +1.6]".</summary>
    public static ShownNumber Against(bool[] own, bool[] other)
    {
        var paired = PairedDifference.Of(own, other);
        return new(100 * paired.Difference, FormattableString.Invariant($"{100 * paired.Difference:+0.0;−0.0;0.0} [{100 * paired.Low:+0.0;−0.0;0.0}, {100 * paired.High:+0.0;−0.0;0.0}]"));
    }

    static List<FrozenRow> Rows(EvaluationSubject subject, Func<IReadOnlyList<Representation>, FrozenRow> measure) =>
        [.. subject.Controls.Concat(subject.Own).GroupBy(of => (of.Name, of.IsControl)).Select(row => measure([.. row]))];

    static string Said(string setting, Representation of) => of.Detail.Length == 0 ? setting : $"{setting}, {of.Detail}";
}
