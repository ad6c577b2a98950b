using MimKit.Runtime;

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
    public static void Apply(nn.Module network, ulong seed)
    {
        using var off = no_grad();
        foreach (var (path, module) in network.named_modules())
            switch (module)
            {
                case Linear linear:
                    Uniform(linear.weight, $"{path}.weight", XavierBound(linear.weight), seed);
                    linear.bias?.zero_();
                    break;
                case Conv2d projection:
                    Uniform(projection.weight, $"{path}.weight", XavierBound(projection.weight), seed);
                    var fanIn = projection.weight.numel() / projection.weight.size(0);
                    if (projection.bias is { } bias) Uniform(bias, $"{path}.bias", 1 / Math.Sqrt(fanIn), seed);
                    break;
                case LayerNorm norm:
                    norm.weight.fill_(1);
                    norm.bias.zero_();
                    break;
            }
        foreach (var (name, token) in network.named_parameters(recurse: false)) Normal(token, name, TokenDeviation, seed);
    }

    // on the flattened view: [out, everything else]
    private static double XavierBound(Tensor weight) => Math.Sqrt(6.0 / (weight.size(0) + weight.numel() / weight.size(0)));

    internal static void Uniform(Tensor parameter, string name, double bound, ulong seed)
    {
        var words = Words(name, (int)parameter.numel(), seed);
        var values = new float[words.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((2.0 * Philox.ToUniform(words[i]) - 1) * bound);
        Fill(parameter, values);
    }

    // Box and Muller; the radius's uniform number lies in (0, 1]
    internal static void Normal(Tensor parameter, string name, double deviation, ulong seed)
    {
        var values = new float[parameter.numel()];
        var words = Words(name, 2 * values.Length, seed);
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1.0 - Philox.ToUniform(words[2 * i]))) * Math.Cos(2 * Math.PI * Philox.ToUniform(words[2 * i + 1])));
        Fill(parameter, values);
    }

    private static uint[] Words(string name, int count, ulong seed)
    {
        var key = 14695981039346656037UL;                                          // FNV-1a of the name: string.GetHashCode differs between processes
        foreach (var letter in name) key = (key ^ letter) * 1099511628211UL;
        var words = new uint[count];
        Philox.Fill(words, seed, new(0, (uint)key, (uint)(key >> 32), (uint)Purpose.Initialise << 16));
        return words;
    }

    private static void Fill(Tensor parameter, float[] values)
    {
        using var start = tensor(values, parameter.shape);
        parameter.copy_(start);
    }
}
