namespace MimKit.Models;

/// <summary>
/// The starting weights of DeiT and DINO: linear layers, class token and positions normal(0, 0.02) (their truncation at ±2 never acts), biases
/// 0, norms 1 and 0, the patch projection as PyTorch starts a convolution. A value is a function of (seed, name of the parameter, place).
/// </summary>
public static class NormalInitialisation
{
    private const double Deviation = 0.02;

    /// <summary>Overwrites every parameter of <paramref name="network"/>.</summary>
    public static void Apply(nn.Module network, ulong seed)
    {
        using var off = no_grad();
        foreach (var (path, module) in network.named_modules())
            switch (module)
            {
                case Linear linear:
                    MaeInitialisation.Normal(linear.weight, $"{path}.weight", Deviation, seed);
                    linear.bias?.zero_();
                    break;
                case Conv2d projection:
                    var bound = 1 / Math.Sqrt(projection.weight.numel() / (double)projection.weight.size(0));
                    MaeInitialisation.Uniform(projection.weight, $"{path}.weight", bound, seed);
                    if (projection.bias is { } bias) MaeInitialisation.Uniform(bias, $"{path}.bias", bound, seed);
                    break;
                case LayerNorm norm:
                    norm.weight.fill_(1);
                    norm.bias.zero_();
                    break;
            }
        foreach (var (name, token) in network.named_parameters(recurse: false)) MaeInitialisation.Normal(token, name, Deviation, seed);
    }
}
