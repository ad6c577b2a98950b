using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>What <see cref="BeitVit"/> puts out, each after a norm, class token first.</summary>
/// <param name="Last">[B, 1 + N, D] of the last block</param>
/// <param name="Aggregated">[B, 1 + N, D] of patch aggregation; null without it</param>
public sealed record BeitTokens(Tensor Last, Tensor? Aggregated);

/// <summary>
/// BEiT's network in pre-training (METHODS 1.1 to 1.3, 2.4): hidden patches are replaced by a mask token, relative positions enter the attention
/// logits, a linear head predicts from patches; with patch aggregation a second output. Names in its state are BEiT v2's (METHODS 2.11).
/// B images, N patches, D width.
/// </summary>
public sealed class BeitVit : nn.Module, IMaskedNetwork, IEncoder
{
    private const string AggregationBlocks = "cls_pt_layers";

    private readonly Parameter _clsToken, _maskToken;
    private readonly Parameter? _positions;                                        // [1, 1 + N, D]
    private readonly PatchEmbedding _patchEmbed;
    private readonly RelativePositionBias? _sharedBias;
    private readonly ModuleList<BeitBlock> _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _head;
    private readonly ModuleList<BeitBlock>? _aggregationBlocks;
    private readonly LayerNorm? _aggregationNorm;
    private readonly Linear? _aggregationHead, _featureHead;
    private readonly ScalarType _activations;

    /// <param name="config">the shape</param>
    /// <param name="parts">layer scale, biases, stochastic depth</param>
    /// <param name="outputs">numbers the head puts out a patch: codes to choose from, or values of a vector</param>
    /// <param name="aggregation">patch aggregation; null: none</param>
    /// <param name="precision">dtype of activations; parameters are float32</param>
    /// <param name="seed">of the starting weights (<see cref="BeitInitialisation"/>)</param>
    /// <param name="features">numbers of a second head on the same tokens, for an added feature term; 0: there is none</param>
    public BeitVit(VitConfig config, BeitParts parts, int outputs, PatchAggregation? aggregation, Precision precision, ulong seed, int features = 0) : base(nameof(BeitVit))
    {
        config.Check();
        aggregation?.Check(config);
        if (outputs < 1) throw new ArgumentException($"The head has {outputs} outputs; it needs at least 1.");
        (Config, Parts, Grid, Outputs, Features, Aggregation, _activations) = (config, parts, config.Grid(), outputs, features, aggregation, precision.Activations());
        register_parameter("cls_token", _clsToken = new Parameter(zeros(1, 1, config.Width)));
        register_parameter("mask_token", _maskToken = new Parameter(zeros(1, 1, config.Width)));
        if (parts.Positions) register_parameter("pos_embed", _positions = new Parameter(zeros(1, 1 + Grid.Count, config.Width)));
        register_module("patch_embed", _patchEmbed = new PatchEmbedding(Grid, config.Width, _activations));
        if (parts.SharedBias) register_module("rel_pos_bias", _sharedBias = new RelativePositionBias(Grid, config.Heads));
        register_module("blocks", _blocks = Blocks(StochasticDepth.Rates(parts.DropPath, config.Blocks)));
        register_module("norm", _norm = nn.LayerNorm(config.Width, Vit.NormEps));
        register_module("lm_head", _head = nn.Linear(config.Width, outputs));
        if (aggregation is not null)
        {
            register_module(AggregationBlocks, _aggregationBlocks = Blocks(StochasticDepth.AggregationRates(parts.DropPath, config.Blocks, aggregation)));
            if (!aggregation.SharedHead)
            {
                register_module("cls_pt_norm", _aggregationNorm = nn.LayerNorm(config.Width, Vit.NormEps));
                register_module("cls_pt_lm_head", _aggregationHead = nn.Linear(config.Width, outputs));
            }
        }
        if (features > 0) register_module("feature_head", _featureHead = nn.Linear(config.Width, features));
        BeitInitialisation.Apply(this, AggregationBlocks, aggregation?.FromBlock ?? 0, seed);
    }

    public VitConfig Config { get; }
    public BeitParts Parts { get; }
    public PatchGrid Grid { get; }
    public PatchAggregation? Aggregation { get; }

    /// <summary>Numbers the head puts out a patch.</summary>
    public int Outputs { get; }

    /// <summary>Numbers the second head puts out a patch; 0 without one.</summary>
    public int Features { get; }

    /// <summary>Encodes images.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="hidden">[B, N] bool, true where the mask token stands; null: nothing is hidden</param>
    /// <param name="draw">the step's random numbers, for stochastic depth in training; null: none</param>
    public BeitTokens Encode(Tensor images, Tensor? hidden = null, Draw? draw = null)
    {
        return Run(images, hidden, draw, Aggregation);
    }

    /// <summary>The tokens of whole images after the final norm, [B, 1 + N, D]; aggregation's blocks are not run.</summary>
    public Tensor EncodeWhole(Tensor images) => Run(images, null, null, null).Last;

    private BeitTokens Run(Tensor images, Tensor? hidden, Draw? draw, PatchAggregation? aggregation)
    {
        var (depth, bias) = (Depth(draw, branches: 2 * (_blocks.Count + (aggregation?.Blocks ?? 0))), _sharedBias?.Bias());
        var x = Embed(images, hidden);
        Tensor? early = null;                                                      // [B, 1 + N, D] before any norm
        foreach (var (block, number) in _blocks.Select((block, i) => (block, i + 1)))
        {
            x = block.Forward(x, bias, depth);
            if (number == aggregation?.FromBlock) (x, early) = x.Settle();
        }
        x = x.Normalise(_norm, out var last);
        return new(last, early is null ? null : Aggregate(x.Sum, early, bias, depth));
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> BlockOutputs(Tensor images, int last, Draw? draw = null)
    {
        var (depth, bias) = (Depth(draw, branches: 2 * _blocks.Count), _sharedBias?.Bias());
        return ResidualStream.Outputs(Embed(images, null).Sum, _activations, _blocks, last, (x, block) => block.Forward(x, bias, depth));
    }

    /// <inheritdoc/>
    public Tensor Normalise(Tensor tokens) => Fused.LayerNorm(tokens, _norm.weight, _norm.bias, _norm.eps, _activations);

    /// <summary>A copy for images of another size; a position bias that all blocks share becomes one of every block's own, as BEiT v2 is fine-tuned.</summary>
    public IEncoder ForImages(int imageSize, Precision precision, double dropPath = 0)
    {
        var parts = Parts with { SharedBias = Parts.SharedBias && Parts.BlockBias, BlockBias = Parts.SharedBias || Parts.BlockBias, DropPath = dropPath };
        return new BeitVit(Config with { ImageSize = imageSize }, parts, outputs: 1, null, precision, seed: 0).Copied(this, except: "lm_head.");
    }

    /// <summary>The head on tokens of the last block.</summary>
    /// <param name="tokens">[B, n, D]: the patches that are wanted</param>
    /// <returns>[B, n, Outputs] in the activations' dtype</returns>
    public Tensor Head(Tensor tokens) => Fused.Linear(tokens, _head.weight, _head.bias);

    /// <summary>The head on aggregated tokens: the same, or aggregation's own.</summary>
    public Tensor AggregationHead(Tensor tokens) => _aggregationHead is { } own ? Fused.Linear(tokens, own.weight, own.bias) : Head(tokens);

    /// <summary>The second head, [B, n, Features].</summary>
    public Tensor FeatureHead(Tensor tokens) => Fused.Linear(tokens, _featureHead!.weight, _featureHead.bias);

    /// <summary>The attention weights of a block for whole images, without gradients.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="block">counted from 1; null: the last</param>
    /// <returns>[B, H, 1 + N, 1 + N] float32, class token first, query before key</returns>
    public Tensor AttentionWeights(Tensor images, int? block = null)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (wanted, bias, x) = (block ?? _blocks.Count, _sharedBias?.Bias(), Embed(images, null));
        if (wanted < 1 || wanted > _blocks.Count) throw new ArgumentException($"Attention of block {wanted} was asked for; this model has blocks 1 to {_blocks.Count}.");
        foreach (var earlier in _blocks.Take(wanted - 1)) x = earlier.Forward(x, bias, null);
        return _blocks[wanted - 1].AttentionWeights(x, bias).MoveToOuterDisposeScope();
    }

    private StochasticDepth? Depth(Draw? draw, int branches) => training && Parts.DropPath > 0 && draw is not null ? StochasticDepth.Of(draw, branches) : null;

    private ResidualStream Embed(Tensor images, Tensor? hidden)
    {
        var patches = _patchEmbed.call(Grid.Cut(images)).to(float32);           // [B, N, D]
        if (hidden is not null) patches = where(hidden.unsqueeze(-1), _maskToken, patches);
        var tokens = cat([_clsToken.expand(images.size(0), -1, -1), patches], 1);  // [B, 1 + N, D]
        return new(_positions is null ? tokens : tokens + _positions, Pending: null, _activations);
    }

    // the last block's class token with an earlier block's patches, through blocks of their own
    private Tensor Aggregate(Tensor last, Tensor early, Tensor? bias, StochasticDepth? depth)
    {
        var x = new ResidualStream(cat([last.narrow(1, 0, 1), early.narrow(1, 1, Grid.Count)], 1), Pending: null, _activations);
        foreach (var block in _aggregationBlocks!) x = block.Forward(x, bias, depth);
        x.Normalise(_aggregationNorm ?? _norm, out var tokens);
        return tokens;
    }

    private ModuleList<BeitBlock> Blocks(double[] dropPath) => nn.ModuleList([.. dropPath.Select(rate => new BeitBlock(Config, Grid, Parts, rate))]);
}
