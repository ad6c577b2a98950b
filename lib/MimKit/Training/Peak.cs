using System.Globalization;

namespace MimKit.Training;

/// <summary>
/// The arithmetic that a device could do at best, and the share of it that training uses: model-FLOP utilisation (Chowdhery et al., PaLM, 2022, appendix B).
/// A step counts three forward passes, one forward and two backward; recomputed activations, targets and teachers count nothing.
/// </summary>
public static class Peak
{
    /// <summary>Where the peak stands, in 10^12 operations a second for the precision that is trained in: the vendor's figure, or what a large matrix product reaches.</summary>
    public const string Variable = "MIMKIT_PEAK_TFLOPS";

    /// <summary>Operations a second; null where nobody has said.</summary>
    /// <exception cref="ArgumentException">The variable is no positive number.</exception>
    public static double? FlopsPerSecond => Parsed(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The share of the peak.</summary>
    /// <param name="forward">Multiplications and additions of a forward pass of one image (<see cref="Models.ModelSummary.Flops"/>).</param>
    /// <param name="imagesPerSecond">Trained.</param>
    /// <param name="peak">Operations a second.</param>
    public static double Utilisation(double forward, double imagesPerSecond, double peak) => 3 * forward * imagesPerSecond / peak;

    /// <summary>What the variable says: operations a second.</summary>
    public static double? Parsed(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var tera) && tera > 0 && double.IsFinite(tera) ? tera * 1e12
        : throw new ArgumentException($"{Variable} is '{text}'; wanted the peak in 10^12 operations a second, e.g. 312 for an A100 in bfloat16.");
}
