namespace MimKit.Models;

/// <summary>
/// The starting weights of DeiT and DINO: linear layers, class token and positions normal(0, 0.02) (their truncation at ±2 never acts), biases
/// 0, norms 1 and 0, the patch projection as PyTorch starts a convolution. A value is a function of (seed, name of the parameter, place).
/// </summary>
public static class NormalInitialisation
{
    private const double Deviation = 0.02;

    /// <summary>Overwrites every parameter of <paramref name="network"/>.</summary>
    public static void Apply(nn.Module network, ulong seed) => StartingWeights.Apply(network, seed, Normal, AsPyTorch, Normal);

    private static void Normal(Tensor weight, string name, ulong seed) => StartingWeights.Normal(weight, name, Deviation, seed);
    private static void AsPyTorch(Tensor weight, string name, ulong seed) => StartingWeights.Uniform(weight, name, 1 / Math.Sqrt(StartingWeights.FanIn(weight)), seed);
}
