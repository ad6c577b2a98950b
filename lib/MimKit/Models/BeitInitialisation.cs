namespace MimKit.Models;

/// <summary>
/// BEiT's starting weights in pre-training (METHODS 1.3): matrices, tokens and positions normal(0, 0.02) cut off at ± 0.02, one deviation and not
/// two, biases 0, norms 1 and 0; then the last matrix of each branch of block i (from 0) is divided by √(2 (i + 1)) (<see cref="DepthFactor"/>). A value is a function of
/// (seed, name of the parameter, place).
/// </summary>
public static class BeitInitialisation
{
    private const double Deviation = 0.02;
    private static readonly double WithinOneDeviation = 0.6826894921370859;        // erf(1/√2)

    /// <summary>Overwrites every parameter of <paramref name="network"/> except those of patch aggregation's blocks.</summary>
    /// <remarks>
    /// The released code makes aggregation's blocks after its initialiser has run: they keep PyTorch's uniform start, biases included, and only
    /// the division by depth applies to them. The paper says nothing of it, so this is what both settings of fidelity do.
    /// </remarks>
    /// <param name="network">the network</param>
    /// <param name="aggregation">name of the list of aggregation's blocks: "cls_pt_layers"</param>
    /// <param name="firstDepth">number of aggregation's first block in the division by depth</param>
    /// <param name="seed">of the values</param>
    public static void Apply(nn.Module network, string aggregation, int firstDepth, ulong seed)
    {
        using var off = no_grad();
        foreach (var (path, module) in network.named_modules())
            if (path.StartsWith(aggregation + '.', StringComparison.Ordinal)) Uniform(path, module, seed);
            else Truncated(path, module, seed);
        foreach (var (name, token) in network.named_parameters(recurse: false)) TruncatedNormal(token, name, seed);
        foreach (var (name, parameter) in network.named_parameters())
            if (Depth(name, aggregation, firstDepth) is { } depth) parameter.mul_(DepthFactor(depth));
    }

    /// <summary>1 / √(2 (i + 1)): what the last matrix of each branch of block i, counted from 0, is multiplied by.</summary>
    public static double DepthFactor(int block) => 1 / Math.Sqrt(2 * (block + 1));

    private static void Truncated(string path, nn.Module module, ulong seed)
    {
        switch (module)
        {
            case Linear linear:
                TruncatedNormal(linear.weight, $"{path}.weight", seed);
                linear.bias?.zero_();
                break;
            case Conv2d projection:
                TruncatedNormal(projection.weight, $"{path}.weight", seed);
                projection.bias?.zero_();
                break;
            case LayerNorm norm:
                norm.weight.fill_(1);
                norm.bias.zero_();
                break;
        }
    }

    // PyTorch's start of a linear layer, of the seed
    private static void Uniform(string path, nn.Module module, ulong seed)
    {
        if (module is not Linear linear) return;
        var bound = 1 / Math.Sqrt(linear.weight.size(1));
        StartingWeights.Uniform(linear.weight, $"{path}.weight", bound, seed);
        if (linear.bias is { } bias) StartingWeights.Uniform(bias, $"{path}.bias", bound, seed);
    }

    // by the inverse of the distribution's integral: one uniform number a value
    private static void TruncatedNormal(Tensor parameter, string name, ulong seed)
    {
        StartingWeights.Uniform(parameter, name, WithinOneDeviation, seed);
        parameter.erfinv_().mul_(Deviation * Math.Sqrt(2)).clamp_(-Deviation, Deviation);
    }

    private static int? Depth(string name, string aggregation, int firstDepth)
    {
        if (!name.EndsWith(".attn.proj.weight", StringComparison.Ordinal) && !name.EndsWith(".mlp.fc2.weight", StringComparison.Ordinal)) return null;
        var parts = name.Split('.');
        return int.Parse(parts[1]) + (parts[0] == aggregation ? firstDepth : 0);
    }
}
