using MimKit.Models;

namespace MimKit.Evaluation;

/// <summary>Convolution without bias, batch normalisation, ReLU. Names in its state are "conv" and "bn".</summary>
sealed class ConvUnit : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _conv;
    private readonly BatchNorm2d _bn;

    /// <param name="kernel">1 or 3; the map keeps its size</param>
    public ConvUnit(long channels, long outputs, int kernel) : base(nameof(ConvUnit))
    {
        register_module("conv", _conv = nn.Conv2d(channels, outputs, kernel, padding: kernel / 2, bias: false));
        register_module("bn", _bn = nn.BatchNorm2d(outputs));
    }

    public override Tensor forward(Tensor x) => F.relu(_bn.call(_conv.call(x)));
}

/// <summary>What segmentation heads share.</summary>
static class Maps
{
    private const double ClassifierDeviation = 0.01;

    /// <summary>Another size, bilinear, corners not aligned.</summary>
    public static Tensor Resize(this Tensor map, long rows, long columns) => map.size(2) == rows && map.size(3) == columns ? map
        : F.interpolate(map, [rows, columns], mode: InterpolationMode.Bilinear, align_corners: false);

    /// <summary>Starting weights: convolutions before a ReLU normal(0, √(2 / fan-out)), transposed ones as PyTorch starts them, the last one ("conv_seg") normal(0, 0.01).</summary>
    /// <param name="seed">a value is a function of (seed, name, place)</param>
    public static void Start(nn.Module head, ulong seed)
    {
        using var off = no_grad();
        foreach (var (path, module) in head.named_modules())
            switch (module)
            {
                case Conv2d conv:
                    var (weight, last) = (conv.weight, path.EndsWith("conv_seg", StringComparison.Ordinal));
                    StartingWeights.Normal(weight, $"{path}.weight", last ? ClassifierDeviation : Math.Sqrt(2.0 / (weight.size(0) * weight.size(2) * weight.size(3))), seed);
                    conv.bias?.zero_();
                    break;
                case ConvTranspose2d back:
                    var bound = 1 / Math.Sqrt(StartingWeights.FanIn(back.weight));
                    StartingWeights.Uniform(back.weight, $"{path}.weight", bound, seed);
                    StartingWeights.Uniform(back.bias!, $"{path}.bias", bound, seed);
                    break;
            }
    }
}
