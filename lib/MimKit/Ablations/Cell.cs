using MimKit.Reports;

namespace MimKit.Ablations;

/// <summary>What one run of one arm gave.</summary>
/// <param name="Values">By metric, in its unit, on test.</param>
/// <param name="Val">The number by which learning rates are chosen, on val, higher is better; NaN where nothing is chosen.</param>
/// <param name="Minutes">Training time.</param>
public sealed record Outcome(IReadOnlyDictionary<string, double> Values, double Val, double Minutes)
{
    /// <summary>Which test images the linear probe got right, as bits in base 64: for paired intervals over images. Empty where nothing was probed.</summary>
    public string ProbeBits { get; init; } = "";

    /// <summary>Packs and unpacks <see cref="ProbeBits"/>.</summary>
    public static string Pack(bool[] correct)
    {
        var bytes = new byte[(correct.Length + 7) / 8];
        new System.Collections.BitArray(correct).CopyTo(bytes, 0);
        return Convert.ToBase64String(bytes);
    }

    /// <param name="images">How many bits there are.</param>
    public bool[] Correct(int images)
    {
        var bits = new System.Collections.BitArray(Convert.FromBase64String(ProbeBits));
        return [.. Enumerable.Range(0, images).Select(i => bits[i])];
    }

    /// <summary>One metric.</summary>
    public static Outcome Of(Metric metric, double value, double val = double.NaN, double minutes = 0) => new(new Dictionary<string, double> { [metric.Name] = value }, val, minutes);
}

/// <summary>A finished cell as it is kept: what it was, what it gave, where.</summary>
/// <param name="Config">The whole record of the arm.</param>
/// <param name="Seed">Of weights, order, masks and views.</param>
/// <param name="Outcome">What was measured.</param>
/// <param name="Commit">Of the source.</param>
public sealed record Cell(string Config, ulong Seed, Outcome Outcome, string Commit);
