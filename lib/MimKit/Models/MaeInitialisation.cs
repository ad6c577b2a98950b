namespace MimKit.Models;

/// <summary>
/// MAE's starting weights: linear layers Xavier-uniform with zero bias, the patch projection Xavier-uniform on its flattened view with
/// PyTorch's convolution bias, tokens normal(0, 0.02), norms 1 and 0. A value is a function of (seed, name of the parameter, place), so
/// parameters of one name start equal in any two networks in which they have one shape.
/// </summary>
public static class MaeInitialisation
{
    private const double TokenDeviation = 0.02;

    /// <summary>Overwrites every parameter of <paramref name="network"/>.</summary>
    public static void Apply(nn.Module network, ulong seed) =>
        StartingWeights.Apply(network, seed, Xavier, Xavier, (token, name, of) => StartingWeights.Normal(token, name, TokenDeviation, of));

    // on the flattened view: [out, everything else]
    private static void Xavier(Tensor weight, string name, ulong seed) =>
        StartingWeights.Uniform(weight, name, Math.Sqrt(6.0 / (weight.size(0) + StartingWeights.FanIn(weight))), seed);
}
