using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// BEiT's pre-norm block (METHODS 1.1): queries and values have a bias and keys have none, each branch is scaled by a learned vector
/// (LayerScale) and may be dropped (stochastic depth). Names in its state are BEiT's.
/// </summary>
public sealed class BeitBlock : nn.Module
{
    private readonly Parameter? _gamma1, _gamma2;
    private readonly LayerNorm _norm1, _norm2;
    private readonly BeitAttention _attention;
    private readonly Mlp _mlp;
    private readonly double _dropPath;

    /// <param name="config">width, heads and MLP ratio</param>
    /// <param name="grid">the patches that the block's own position bias describes, if it has one</param>
    /// <param name="parts">layer scale; whether the block has its own relative position bias</param>
    /// <param name="dropPath">probability that a branch of an image is dropped in training</param>
    public BeitBlock(VitConfig config, PatchGrid grid, BeitParts parts, double dropPath = 0) : base(nameof(BeitBlock))
    {
        _dropPath = dropPath;
        if (parts.LayerScale > 0)
        {
            register_parameter("gamma_1", _gamma1 = new Parameter(full([config.Width], parts.LayerScale)));
            register_parameter("gamma_2", _gamma2 = new Parameter(full([config.Width], parts.LayerScale)));
        }
        register_module("norm1", _norm1 = nn.LayerNorm(config.Width, Vit.NormEps));
        register_module("attn", _attention = new BeitAttention(config.Width, config.Heads, parts.QueryValueBias, parts.BlockBias ? grid : null));
        register_module("norm2", _norm2 = nn.LayerNorm(config.Width, Vit.NormEps));
        register_module("mlp", _mlp = new Mlp(config.Width, (int)(config.Width * config.MlpRatio)));
    }

    /// <param name="x">the stream of [B, n, D]</param>
    /// <param name="sharedBias">[H, n, n] added to the attention logits, or null</param>
    /// <param name="depth">the step's stochastic depth; null outside training</param>
    public ResidualStream Forward(ResidualStream x, Tensor? sharedBias, StochasticDepth? depth)
    {
        x = x.Normalise(_norm1, out var y);
        x = x.Add(Scaled(_attention.Forward(y, sharedBias), _gamma1, depth?.Next(_dropPath)));
        x = x.Normalise(_norm2, out y);
        return x.Add(Scaled(_mlp.call(y), _gamma2, depth?.Next(_dropPath)));
    }

    /// <summary>The attention weights of this block, after the softmax.</summary>
    /// <returns>[B, H, n, n] float32</returns>
    public Tensor AttentionWeights(ResidualStream x, Tensor? sharedBias)
    {
        x.Normalise(_norm1, out var y);
        return _attention.Weights(y, sharedBias);
    }

    // one factor, so that the branch is passed over once: [D], [B, 1, 1] or [B, 1, D]
    private static Tensor Scaled(Tensor branch, Tensor? gamma, Tensor? kept)
    {
        var factor = (gamma, kept) switch { (null, _) => kept, (_, null) => gamma, _ => gamma * kept };
        return factor is null ? branch : branch * factor.to(branch.dtype);
    }
}

/// <summary>Multi-head self-attention whose keys have no bias, with optional biases on its logits. Names in its state are BEiT's.</summary>
public sealed class BeitAttention : nn.Module
{
    private readonly int _heads;
    private readonly double _scale;
    private readonly Linear _qkv, _proj;
    private readonly Parameter? _queryBias, _valueBias, _table;
    private readonly Tensor? _index;

    /// <param name="width">D</param>
    /// <param name="heads">H</param>
    /// <param name="queryValueBias">whether queries and values have one</param>
    /// <param name="window">the grid of this layer's own relative position bias; null: none</param>
    public BeitAttention(int width, int heads, bool queryValueBias = true, PatchGrid? window = null) : base(nameof(BeitAttention))
    {
        (_heads, _scale) = (heads, 1 / Math.Sqrt(width / (double)heads));
        if (queryValueBias)
        {
            register_parameter("q_bias", _queryBias = new Parameter(zeros(width)));
            register_parameter("v_bias", _valueBias = new Parameter(zeros(width)));
        }
        if (window is { } grid)
        {
            register_parameter("relative_position_bias_table", _table = new Parameter(zeros(RelativePositionBias.TableRows(grid.Rows, grid.Columns), heads)));
            register_buffer("relative_position_index", _index = RelativePositionBias.Index(grid.Rows, grid.Columns));
        }
        register_module("qkv", _qkv = nn.Linear(width, 3 * width, hasBias: false));
        register_module("proj", _proj = nn.Linear(width, width));
    }

    /// <param name="x">[B, n, D]</param>
    /// <param name="sharedBias">[H, n, n] added to the logits besides the layer's own, or null</param>
    /// <returns>[B, n, D]</returns>
    public Tensor Forward(Tensor x, Tensor? sharedBias = null)
    {
        var y = Fused.Attention(Project(x), _heads, _scale, Bias(sharedBias));     // [B, n, D]
        return Fused.Linear(y, _proj.weight, _proj.bias);
    }

    /// <summary>The weights alone, for looking at.</summary>
    /// <returns>[B, H, n, n] float32</returns>
    public Tensor Weights(Tensor x, Tensor? sharedBias = null) => Plain.AttentionWeights(Project(x), _heads, _scale, Bias(sharedBias));

    private Tensor Project(Tensor x)                                               // [B, n, 3 D]
    {
        var bias = _queryBias is null ? null : cat([_queryBias, zeros_like(_queryBias), _valueBias!]);   // keys have none
        return Fused.Linear(x, _qkv.weight, bias);
    }

    private Tensor? Bias(Tensor? shared)
    {
        if (_table is null) return shared;
        var own = RelativePositionBias.Look(_table, _index!);
        return shared is null ? own : own + shared;
    }
}
