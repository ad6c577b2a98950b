using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// The residual stream between two blocks: a float32 sum and the branch that is not yet added to it, so that an addition and the
/// normalisation after it are one pass over memory.
/// </summary>
/// <param name="Sum">[B, N, D] float32</param>
/// <param name="Pending">[B, N, D] in the activations' dtype; null before the first block</param>
/// <param name="Activations">dtype that branches compute in</param>
public readonly record struct ResidualStream(Tensor Sum, Tensor? Pending, ScalarType Activations)
{
    /// <summary>Adds the pending branch and normalises the sum.</summary>
    /// <param name="norm">the next layer's normalisation</param>
    /// <param name="normed">[B, N, D] in the activations' dtype</param>
    public ResidualStream Normalise(LayerNorm norm, out Tensor normed)
    {
        if (Pending is null)
        {
            normed = Fused.LayerNorm(Sum, norm.weight, norm.bias, norm.eps, Activations);
            return this;
        }
        (var sum, normed) = Fused.AddLayerNorm(Sum, Pending, norm.weight, norm.bias, norm.eps);
        return this with { Sum = sum, Pending = null };
    }

    /// <summary>Leaves a branch to be added by the next <see cref="Normalise"/>.</summary>
    public ResidualStream Add(Tensor branch) => this with { Pending = branch };

    /// <summary>Adds the pending branch now: the stream itself is wanted, not a normalisation of it.</summary>
    /// <returns>the settled stream and its sum, [B, N, D] float32</returns>
    public (ResidualStream Stream, Tensor Sum) Settle()
    {
        var sum = Pending is null ? Sum : Sum + Pending;
        return (this with { Sum = sum, Pending = null }, sum);
    }

    /// <summary>Runs blocks and keeps what the last of them put out.</summary>
    /// <param name="tokens">[B, n, D] float32 before the first block</param>
    /// <param name="activations">dtype that branches compute in</param>
    /// <param name="blocks">in their order</param>
    /// <param name="last">how many outputs are wanted, counted from the end</param>
    /// <param name="run">one block</param>
    /// <returns>each [B, n, D] float32, before any norm</returns>
    internal static IReadOnlyList<Tensor> Outputs<T>(Tensor tokens, ScalarType activations, IEnumerable<T> blocks, int last, Func<ResidualStream, T, ResidualStream> run)
    {
        var all = blocks.ToList();
        if (last < 1 || last > all.Count) throw new ArgumentException($"The outputs of the last {last} blocks were asked for; this model has {all.Count}.");
        var (x, outputs) = (new ResidualStream(tokens, Pending: null, activations), new List<Tensor>());
        foreach (var (block, number) in all.Select((block, i) => (block, i + 1)))
        {
            x = run(x, block);
            if (number <= all.Count - last) continue;
            (x, var sum) = x.Settle();
            outputs.Add(sum);
        }
        return outputs;
    }
}

/// <summary>Pre-norm transformer block as timm's and MAE's (METHODS 1.1 and 3.3; no layer scale).</summary>
public sealed class VitBlock : nn.Module<ResidualStream, ResidualStream>
{
    private readonly LayerNorm _norm1, _norm2;
    private readonly Attention _attention;
    private readonly Mlp _mlp;

    /// <param name="keyBias">a full qkv bias (timm, MAE, DINO); false: keys have none (BEiT)</param>
    public VitBlock(int width, int heads, double mlpRatio, bool keyBias = true) : base(nameof(VitBlock))
    {
        register_module("norm1", _norm1 = nn.LayerNorm(width, Vit.NormEps));
        register_module("attn", _attention = new Attention(width, heads, keyBias));
        register_module("norm2", _norm2 = nn.LayerNorm(width, Vit.NormEps));
        register_module("mlp", _mlp = new Mlp(width, (int)(width * mlpRatio)));
    }

    public override ResidualStream forward(ResidualStream x) => Forward(x, null, 0);

    /// <param name="x">the stream of [B, n, D]</param>
    /// <param name="depth">the step's stochastic depth; null outside training</param>
    /// <param name="dropPath">probability that a branch of an image is dropped</param>
    public ResidualStream Forward(ResidualStream x, StochasticDepth? depth, double dropPath)
    {
        x = x.Normalise(_norm1, out var y);
        x = x.Add(Kept(_attention.call(y), depth?.Next(dropPath)));
        x = x.Normalise(_norm2, out y);
        return x.Add(Kept(_mlp.call(y), depth?.Next(dropPath)));
    }

    private static Tensor Kept(Tensor branch, Tensor? factor) => factor is null ? branch : branch * factor.to(branch.dtype);

    /// <summary>The attention weights of this block, after the softmax.</summary>
    /// <returns>[B, H, N, N] float32</returns>
    public Tensor AttentionWeights(ResidualStream x)
    {
        x.Normalise(_norm1, out var y);
        return _attention.Weights(y);
    }
}

/// <summary>Multi-head self-attention: softmax(q kᵀ / √d) v, then a projection.</summary>
public sealed class Attention : nn.Module<Tensor, Tensor>
{
    private readonly Linear _qkv, _proj;
    private readonly Parameter? _queryBias, _valueBias;                            // where keys have none
    private readonly int _heads;
    private readonly double _scale;

    /// <param name="keyBias">a full qkv bias; false: <c>q_bias</c> and <c>v_bias</c>, as BEiT names them, and none for keys</param>
    public Attention(int width, int heads, bool keyBias = true) : base(nameof(Attention))
    {
        (_heads, _scale) = (heads, 1 / Math.Sqrt(width / (double)heads));
        if (!keyBias)
        {
            register_parameter("q_bias", _queryBias = new Parameter(zeros(width)));
            register_parameter("v_bias", _valueBias = new Parameter(zeros(width)));
        }
        register_module("qkv", _qkv = nn.Linear(width, 3 * width, hasBias: keyBias));
        register_module("proj", _proj = nn.Linear(width, width));
    }

    public override Tensor forward(Tensor x)                                       // [B, N, D]
    {
        var y = Fused.Attention(Project(x), _heads, _scale);                       // [B, N, D]
        return Fused.Linear(y, _proj.weight, _proj.bias);
    }

    /// <summary>The weights alone, for looking at: [B, H, N, N] float32.</summary>
    public Tensor Weights(Tensor x) => Plain.AttentionWeights(Project(x), _heads, _scale, null);

    private Tensor Project(Tensor x)                                               // [B, N, 3 D]
    {
        var bias = _queryBias is null ? _qkv.bias : cat([_queryBias, zeros_like(_queryBias), _valueBias!]);
        return Fused.Linear(x, _qkv.weight, bias);
    }
}

/// <summary>Two linear layers with the exact GELU between them.</summary>
public sealed class Mlp : nn.Module<Tensor, Tensor>
{
    private readonly Linear _fc1, _fc2;

    public Mlp(int width, int hidden) : base(nameof(Mlp))
    {
        register_module("fc1", _fc1 = nn.Linear(width, hidden));
        register_module("fc2", _fc2 = nn.Linear(hidden, width));
    }

    public override Tensor forward(Tensor x) =>
        Fused.Linear(Fused.LinearGelu(x, _fc1.weight, _fc1.bias!), _fc2.weight, _fc2.bias);
}
