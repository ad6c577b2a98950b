using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// DINO's projection head (facebookresearch/dino, vision_transformer.py, DINOHead without batch norm): a three-layer MLP, the unit length, and
/// a linear layer whose rows have length 1 (weight norm with g fixed at 1).
/// </summary>
public sealed class DinoHead : nn.Module<Tensor, Tensor>
{
    private readonly Linear _first, _second, _third;
    private readonly LastLayer _last;

    /// <param name="input">D, width of the class token</param>
    /// <param name="hidden">of the MLP</param>
    /// <param name="bottleneck">width of the unit vectors</param>
    /// <param name="outputs">K, prototypes to choose from</param>
    /// <param name="seed">of the starting weights</param>
    public DinoHead(int input, int hidden, int bottleneck, int outputs, ulong seed) : base(nameof(DinoHead))
    {
        register_module("mlp", nn.Sequential(_first = nn.Linear(input, hidden), nn.GELU(), _second = nn.Linear(hidden, hidden), nn.GELU(), _third = nn.Linear(hidden, bottleneck)));
        register_module("last_layer", _last = new LastLayer(bottleneck, outputs));
        NormalInitialisation.Apply(this, seed);
        _last.Start(seed);
    }

    /// <summary>While true the last layer gets no gradient: DINO freezes it for the first epoch.</summary>
    public bool FreezeLastLayer { get; set; }

    /// <param name="x">[n, D] class tokens, float32 or bfloat16</param>
    /// <returns>[n, K] float32</returns>
    public override Tensor forward(Tensor x)
    {
        x = Fused.LinearGelu(x, _first.weight, _first.bias!);
        x = Fused.LinearGelu(x, _second.weight, _second.bias!);
        x = Fused.Linear(x, _third.weight, _third.bias);                           // [n, bottleneck]
        return nn.functional.linear(nn.functional.normalize(x.to(float32), dim: -1), _last.Weight(FreezeLastLayer));
    }

    private sealed class LastLayer : nn.Module
    {
        private readonly Parameter _length, _direction;                            // [K, 1], [K, bottleneck]

        public LastLayer(int input, int outputs) : base(nameof(LastLayer))
        {
            register_parameter("weight_g", _length = new Parameter(ones(outputs, 1), requires_grad: false));
            register_parameter("weight_v", _direction = new Parameter(zeros(outputs, input)));
        }

        // as PyTorch starts a linear layer
        public void Start(ulong seed)
        {
            using var off = no_grad();
            StartingWeights.Uniform(_direction, "last_layer.weight_v", 1 / Math.Sqrt(_direction.size(1)), seed);
        }

        public Tensor Weight(bool frozen)
        {
            var direction = frozen ? _direction.detach() : _direction;
            return direction * (_length / direction.norm(1, keepdim: true));
        }
    }
}
