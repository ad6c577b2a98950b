using MimKit.Models;

namespace MimKit.Evaluation;

/// <summary>Convolution without bias, batch normalisation, ReLU, in the map's dtype (parameters and statistics are float32). Names in its state are "conv" and "bn".</summary>
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

    public override Tensor forward(Tensor x) => F.relu(_bn.call(_conv.Apply(x)));
}

/// <summary>What segmentation heads share.</summary>
static class Maps
{
    private const double ClassifierDeviation = 0.01;

    /// <summary>
    /// Another size, bilinear, corners not aligned: a product with a matrix an axis, which gives what interpolate gives. On the CPU its own operator, forward and back, takes
    /// half of a UPerNet step.
    /// </summary>
    public static Tensor Resize(this Tensor map, long rows, long columns) => map.size(2) == rows && map.size(3) == columns ? map
        : Axis(map.size(2), rows).to(map.dtype).to(map.device).matmul(map.matmul(Axis(map.size(3), columns).t().to(map.dtype).to(map.device)));

    // [to, from]: what each place reads of its two neighbours; rows sum to 1
    private static Tensor Axis(long from, long to)
    {
        var weights = new float[to * from];
        for (var place = 0L; place < to; place++)
        {
            var source = Math.Max(0, (place + 0.5) * from / to - 0.5);
            var (first, second) = ((long)source, Math.Min((long)source + 1, from - 1));
            weights[place * from + first] += (float)(1 - (source - first));
            weights[place * from + second] += (float)(source - first);
        }
        return tensor(weights, [to, from]);
    }

    /// <summary>A convolution of stride 1 that keeps the map's size, in the map's dtype.</summary>
    public static Tensor Apply(this Conv2d conv, Tensor x) =>
        F.conv2d(x, conv.weight.to(x.dtype), conv.bias?.to(x.dtype), padding: [conv.weight.size(2) / 2, conv.weight.size(3) / 2]);

    /// <summary>
    /// A transposed convolution of kernel and stride 2, in the map's dtype: every place becomes four by a product of its own, so it is a 1 × 1 convolution whose outputs
    /// are laid out two by two. Debian's libtorch 1.13 gives its own bfloat16 transposed convolution a wrong shape.
    /// </summary>
    public static Tensor Apply(this ConvTranspose2d conv, Tensor x)
    {
        var weight = conv.weight.permute(1, 2, 3, 0).reshape(-1, conv.weight.size(0), 1, 1);       // [out · 2 · 2, in, 1, 1]
        return F.pixel_shuffle(F.conv2d(x, weight.to(x.dtype), conv.bias!.to(x.dtype).repeat_interleave(4)), 2);
    }

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
