namespace MimKit.Evaluation;

/// <summary>What one read of a labelled set gave.</summary>
/// <param name="Measure">"kNN-20", "linear probe".</param>
/// <param name="Source">The set that was read: "fashion-mnist test".</param>
/// <param name="Correct">[n] whether each example was classified rightly: two such arrays give a paired interval.</param>
/// <param name="Seconds">What it took, fitting included.</param>
public record Evaluated(string Measure, string Source, bool[] Correct, double Seconds)
{
    /// <summary>Share of right answers, 0 to 1.</summary>
    public double Accuracy { get; } = Correct.Count(right => right) / (double)Correct.Length;

    public sealed override string ToString() => $"{Measure}: {Accuracy:F4} on {Source} ({Correct.Length:N0} examples), {Seconds:F1} s";
}
