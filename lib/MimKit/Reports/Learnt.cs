using MimKit.Evaluation;
using MimKit.Metrics;
using static System.FormattableString;

namespace MimKit.Reports;

/// <summary>
/// Whether a method has learnt anything: it beats raw pixels and its own target, the 95 % interval of the paired difference above 0 in
/// every seed. Anything else is "not shown at this scale".
/// </summary>
/// <param name="Against">Every control with the least favourable seed's difference.</param>
public sealed record Learnt(IReadOnlyList<(string Control, PairedDifference Difference)> Against)
{
    /// <summary>Judges a method.</summary>
    /// <param name="seeds">Its reads of test, one a seed.</param>
    /// <param name="controls">Reads of the same test images: raw pixels and the method's own target at least.</param>
    public static Learnt Judge(IReadOnlyList<Evaluated> seeds, params IReadOnlyList<(string Name, Evaluated Read)> controls)
    {
        if (seeds.Count == 0 || controls.Count == 0) throw new ArgumentException($"A verdict needs reads and controls; found {seeds.Count} and {controls.Count}.");
        return new([.. controls.Select(control =>
            (control.Name, seeds.Select(seed => PairedDifference.Of(seed.Correct, control.Read.Correct)).MinBy(difference => difference.Low)!))]);
    }

    public bool IsShown => Against.All(control => control.Difference.Verdict == Verdict.Supported);

    /// <summary>"learnt" or "not shown at this scale".</summary>
    public string Short => IsShown ? "learnt" : "not shown at this scale";

    /// <summary>The verdict with its differences in points.</summary>
    public override string ToString() => $"{Short}: " + string.Join("; ", Against.Select(control => Invariant(
        $"{100 * control.Difference.Difference:+0.0;-0.0;0.0} points [{100 * control.Difference.Low:+0.0;-0.0;0.0}, {100 * control.Difference.High:+0.0;-0.0;0.0}] against {control.Control}")));
}
