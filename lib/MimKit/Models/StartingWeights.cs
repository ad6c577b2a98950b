using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// Draws starting weights. A value is a function of (seed, name of the parameter, place), so parameters of one name start equal in any two
/// networks in which they have one shape.
/// </summary>
static class StartingWeights
{
    /// <summary>Draws one parameter's values.</summary>
    public delegate void Rule(Tensor parameter, string name, ulong seed);

    /// <summary>Overwrites every parameter of a network: biases of linear layers 0, those of convolutions as PyTorch starts them, norms 1 and 0.</summary>
    /// <param name="network">the network</param>
    /// <param name="seed">of the values</param>
    /// <param name="matrix">of linear layers' weights</param>
    /// <param name="projection">of convolutions' weights</param>
    /// <param name="token">of the network's own parameters</param>
    public static void Apply(nn.Module network, ulong seed, Rule matrix, Rule projection, Rule token)
    {
        using var off = no_grad();
        foreach (var (path, module) in network.named_modules())
            switch (module)
            {
                case Linear linear:
                    matrix(linear.weight, $"{path}.weight", seed);
                    linear.bias?.zero_();
                    break;
                case Conv2d convolution:
                    projection(convolution.weight, $"{path}.weight", seed);
                    if (convolution.bias is { } bias) Uniform(bias, $"{path}.bias", 1 / Math.Sqrt(FanIn(convolution.weight)), seed);
                    break;
                case LayerNorm norm:
                    norm.weight.fill_(1);
                    norm.bias.zero_();
                    break;
            }
        foreach (var (name, parameter) in network.named_parameters(recurse: false)) token(parameter, name, seed);
    }

    /// <summary>Inputs of one output of a weight: all sizes but the first.</summary>
    public static long FanIn(Tensor weight) => weight.numel() / weight.size(0);

    /// <summary>Uniform in ± <paramref name="bound"/>.</summary>
    public static void Uniform(Tensor parameter, string name, double bound, ulong seed)
    {
        var words = Words(name, (int)parameter.numel(), seed);
        var values = new float[words.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((2.0 * Philox.ToUniform(words[i]) - 1) * bound);
        Fill(parameter, values);
    }

    /// <summary>Normal around 0: Box and Muller; the radius's uniform number lies in (0, 1].</summary>
    public static void Normal(Tensor parameter, string name, double deviation, ulong seed)
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
