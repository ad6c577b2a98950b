using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// BEiT's network in fine-tuning (METHODS 1.6, 2.5): no mask token, a relative position bias in every block, the mean of all patches (or the
/// class token), a linear head. Names in its state are BEiT v2's (METHODS 2.11). B images, N patches, D width.
/// </summary>
public sealed class BeitClassifier : nn.Module<Tensor, Tensor>, IClassifier
{
    private const double HeadScale = 0.001;                                        // the head starts almost silent

    private readonly Parameter _clsToken;
    private readonly Parameter? _positions;                                        // [1, 1 + N, D]
    private readonly PatchEmbedding _patchEmbed;
    private readonly RelativePositionBias? _sharedBias;
    private readonly ModuleList<BeitBlock> _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _head;
    private readonly ScalarType _activations;

    /// <param name="config">the shape</param>
    /// <param name="parts">layer scale, biases, stochastic depth; <see cref="Parts"/> are the released models'</param>
    /// <param name="classes">to choose from</param>
    /// <param name="pooling">what the head reads: the mean of the patches, then a norm; or the class token after the norm</param>
    /// <param name="precision">dtype of activations; parameters are float32</param>
    /// <param name="seed">of the starting weights: normal(0, 0.02), the last matrix of each branch divided by √(2 (i + 1)), the head times 0.001 (METHODS 1.3)</param>
    public BeitClassifier(VitConfig config, BeitParts parts, int classes, Pooling pooling, Precision precision, ulong seed) : base(nameof(BeitClassifier))
    {
        config.Check();
        if (classes < 1) throw new ArgumentException($"The head has {classes} classes; it needs at least 1.");
        (Config, Grid, Pooled, _activations) = (config, config.Grid(), pooling, precision.Activations());
        register_parameter("cls_token", _clsToken = new Parameter(zeros(1, 1, config.Width)));
        if (parts.Positions) register_parameter("pos_embed", _positions = new Parameter(zeros(1, 1 + Grid.Count, config.Width)));
        register_module("patch_embed", _patchEmbed = new PatchEmbedding(Grid, config.Width, _activations));
        if (parts.SharedBias) register_module("rel_pos_bias", _sharedBias = new RelativePositionBias(Grid, config.Heads));
        register_module("blocks", _blocks = nn.ModuleList([.. StochasticDepth.Rates(parts.DropPath, config.Blocks).Select(rate => new BeitBlock(config, Grid, parts, rate))]));
        register_module(pooling == Pooling.MeanPatches ? "fc_norm" : "norm", _norm = nn.LayerNorm(config.Width, Vit.NormEps));
        register_module("head", _head = nn.Linear(config.Width, classes));
        Start(seed);
    }

    /// <summary>What fine-tuning from BEiT v2 adds to a plain transformer: layer scale, and a position bias in every block.</summary>
    public static BeitParts Parts { get; } = new() { SharedBias = false, BlockBias = true };

    public VitConfig Config { get; }
    public PatchGrid Grid { get; }

    /// <summary>What the head reads.</summary>
    public Pooling Pooled { get; }

    /// <summary>Logits, without stochastic depth.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <returns>[B, classes] in the activations' dtype</returns>
    public override Tensor forward(Tensor images) => Head(Features(images));

    /// <summary>What the head reads.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="draw">the step's random numbers, for stochastic depth in training; null: none</param>
    /// <returns>[B, D] in the activations' dtype</returns>
    public Tensor Features(Tensor images, Draw? draw = null)
    {
        var x = Encode(images, draw);
        return Pooled == Pooling.MeanPatches ? Normalise(Patches(x).mean([1])) : Normalise(x).select(1, 0);
    }

    /// <summary>Every patch after the norm, [B, N, D].</summary>
    public Tensor PatchTokens(Tensor images) => Normalise(Patches(Encode(images, null)));

    /// <summary>The head.</summary>
    /// <param name="features">[B, D]</param>
    public Tensor Head(Tensor features) => Fused.Linear(features, _head.weight, _head.bias);

    /// <summary>
    /// Takes over a pre-trained encoder: every weight of the same name but norms outside the blocks and the head. A shared table of relative positions becomes every block's own start (METHODS 2.5);
    /// where both exist they are added, as DTM's fine-tuning does (METHODS 4.5).
    /// </summary>
    /// <param name="encoder">by BEiT's names; what only pre-training has is passed over</param>
    /// <exception cref="ArgumentException">A weight of the encoder is missing or has another shape.</exception>
    public void StartFrom(IReadOnlyDictionary<string, Tensor> encoder)
    {
        const string Table = "relative_position_bias_table";
        using var off = no_grad();
        using var scope = NewDisposeScope();
        encoder.TryGetValue($"rel_pos_bias.{Table}", out var shared);
        foreach (var (name, parameter) in named_parameters().Where(named => named.name.Split('.')[0] is not ("head" or "norm" or "fc_norm")))
        {
            encoder.TryGetValue(name, out var value);
            if (name.EndsWith($".attn.{Table}", StringComparison.Ordinal) && shared is not null) value = value is null ? shared : value + shared;
            if (value is null || !value.shape.SequenceEqual(parameter.shape))
                throw new ArgumentException($"The encoder does not fit: {name} is {(value is null ? "missing" : value.ToString())}, wanted {parameter}. Build the classifier with the encoder's VitConfig and parts.");
            parameter.copy_(value);
        }
    }

    private Tensor Encode(Tensor images, Draw? draw)                               // [B, 1 + N, D] float32 before any norm
    {
        var grid = Grid with { Rows = (int)images.size(2) / Grid.PatchSize, Columns = (int)images.size(3) / Grid.PatchSize };
        var patches = _patchEmbed.call(grid.Cut(images)).to(float32);           // [B, N, D]
        var tokens = cat([_clsToken.expand(images.size(0), -1, -1), patches], 1);  // [B, 1 + N, D]
        if (_positions is not null) tokens += Positions(grid);
        var (x, bias, depth) = (new ResidualStream(tokens, Pending: null, _activations), _sharedBias?.Bias(), training && draw is not null ? StochasticDepth.Of(draw, 2 * _blocks.Count) : null);
        foreach (var block in _blocks) x = block.Forward(x, bias, depth);
        return x.Settle().Sum;
    }

    private Tensor Positions(PatchGrid grid) => (grid.Rows, grid.Columns) == (Grid.Rows, Grid.Columns) ? _positions!
        : cat([_positions!.narrow(1, 0, 1), PositionResize.Apply(_positions.narrow(1, 1, Grid.Count), PositionResize.Axis(Grid.Rows, grid.Rows), PositionResize.Axis(Grid.Columns, grid.Columns))], 1);

    private Tensor Normalise(Tensor tokens) => Fused.LayerNorm(tokens, _norm.weight, _norm.bias, _norm.eps, _activations);
    private static Tensor Patches(Tensor tokens) => tokens.narrow(1, 1, tokens.size(1) - 1).contiguous();

    private void Start(ulong seed)
    {
        NormalInitialisation.Apply(this, seed);
        using var off = no_grad();
        foreach (var (name, parameter) in named_parameters())
            if (name.StartsWith("blocks.", StringComparison.Ordinal) && (name.EndsWith("attn.proj.weight", StringComparison.Ordinal) || name.EndsWith("fc2.weight", StringComparison.Ordinal)))
                parameter.mul_(BeitInitialisation.DepthFactor(int.Parse(name.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture)));
        _head.weight.mul_(HeadScale);
    }
}
