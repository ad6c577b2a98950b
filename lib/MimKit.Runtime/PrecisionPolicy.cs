using System.Collections.Frozen;

namespace MimKit.Runtime;

/// <summary>A kind of arithmetic in a training step.</summary>
public enum Arithmetic
{
    /// <summary>Linear layers, convolutions, attention's two products, and what flows between them.</summary>
    Products,
    Activations,
    Attention,
    Residual,
    Normalisation,
    Loss,
    Distances,
    Parameters,
    Gradients,
    Moments,
}

/// <summary>
/// In which type each kind of arithmetic is done. Training in bfloat16 changes the products and what flows between them; what is summed
/// over many terms or many steps stays float32, and the list says why. A test holds every line to what the code does.
/// </summary>
/// <param name="Name">the choice it belongs to</param>
/// <param name="Types">the type of each kind</param>
public sealed record PrecisionPolicy(Precision Name, FrozenDictionary<Arithmetic, ScalarType> Types)
{
    /// <summary>What stays float32 whatever is chosen, and why.</summary>
    public static IReadOnlyList<(Arithmetic What, string Why)> AlwaysFloat32 { get; } =
    [
        (Arithmetic.Attention, "softmax: the exponentials of a row are summed; its result is rounded once"),
        (Arithmetic.Residual, "every block adds a little to it: below 1/256 of its size a bfloat16 sum would not move"),
        (Arithmetic.Normalisation, "mean and variance are sums over the width; libtorch 1.13 takes no bfloat16 with float32 weights"),
        (Arithmetic.Loss, "log-sum-exp over thousands of codes, and a mean over the batch"),
        (Arithmetic.Distances, "the nearest of 8192 codes changes with rounding; libtorch 1.13 has no bfloat16 cdist"),
        (Arithmetic.Parameters, "masters: a step is often smaller than a bfloat16 parameter's last bit; products read copies made once a step"),
        (Arithmetic.Gradients, "of parameters: sums over all tokens, and their norm for clipping"),
        (Arithmetic.Moments, "a second moment moves by 0.001 to 0.05 of itself a step"),
    ];

    public ScalarType this[Arithmetic what] => Types[what];

    /// <summary>The policy of a choice.</summary>
    public static PrecisionPolicy Of(Precision precision)
    {
        var low = precision.Activations();
        return new(precision, Enum.GetValues<Arithmetic>().ToFrozenDictionary(what => what, what => AlwaysFloat32.Any(line => line.What == what) ? float32 : low));
    }

    /// <summary>A line for every kind of arithmetic: its type, and why it is float32 where the choice is not.</summary>
    public override string ToString() => string.Join('\n', Types.OrderBy(type => type.Key).Select(type =>
        $"{type.Key,-14} {type.Value,-9} {AlwaysFloat32.FirstOrDefault(line => line.What == type.Key).Why}".TrimEnd()));
}
