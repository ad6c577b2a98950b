using System.Globalization;

namespace MimKit.Exercises;

/// <summary>
/// Looks at a reader's answer. An answer that is missing, wrong or that throws is told as such, with what was found and what was
/// wanted; nothing is thrown, so a chapter runs to its end before any exercise is solved.
/// </summary>
public static class Check
{
    /// <summary>A tensor, compared element by element.</summary>
    /// <param name="exercise">which one: "1, join"</param>
    /// <param name="answer">the reader's; null: not answered yet</param>
    /// <param name="wanted">of any shape and type</param>
    /// <param name="hint">where to look if it is wrong</param>
    /// <param name="tolerance">largest absolute difference of an element</param>
    public static CheckResult That(string exercise, Func<Tensor?> answer, Tensor wanted, string hint, double tolerance = 1e-5) =>
        Judge(exercise, hint, answer, found => Differs(found, wanted, tolerance));

    /// <summary>A number.</summary>
    /// <param name="exercise">which one</param>
    /// <param name="answer">the reader's; null: not answered yet</param>
    /// <param name="wanted">the value</param>
    /// <param name="hint">where to look if it is wrong</param>
    /// <param name="tolerance">largest absolute difference</param>
    public static CheckResult That(string exercise, Func<double?> answer, double wanted, string hint, double tolerance = 1e-5) =>
        Judge(exercise, hint, answer, found => Math.Abs(found!.Value - wanted) <= tolerance ? null
            : Text($"found {found:G6}, wanted {wanted:G6} (± {tolerance:G2})"));

    /// <summary>A statement about the answer that must hold.</summary>
    /// <param name="exercise">which one</param>
    /// <param name="answer">whether it holds; null: not answered yet</param>
    /// <param name="wanted">the statement, in words</param>
    /// <param name="hint">where to look if it does not</param>
    public static CheckResult That(string exercise, Func<bool?> answer, string wanted, string hint) =>
        Judge(exercise, hint, answer, found => found!.Value ? null : $"wanted: {wanted}");

    static CheckResult Judge<T>(string exercise, string hint, Func<T?> answer, Func<T, string?> wrong)
    {
        try
        {
            using var scope = NewDisposeScope();
            if (answer() is not { } found) return new(exercise, Answer.Open, "no answer yet");
            return wrong(found) is { } difference ? new(exercise, Answer.Wrong, difference, hint) : new(exercise, Answer.Right, "");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(exercise, Answer.Wrong, $"your code ended with {error.GetType().Name}: {error.Message}", hint);
        }
    }

    static string? Differs(Tensor found, Tensor wanted, double tolerance)
    {
        if (!found.shape.SequenceEqual(wanted.shape)) return $"found the shape [{string.Join(", ", found.shape)}], wanted [{string.Join(", ", wanted.shape)}]";
        var apart = (found.to(float64) - wanted.to(float64)).abs();
        var most = apart.max().ToDouble();
        return most <= tolerance ? null                                          // a NaN is not: it counts as wrong
            : Text($"the shape is right; {apart.le(tolerance).logical_not().sum().ToInt64():N0} of {apart.numel():N0} numbers differ, by up to {most:G3}");
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
