using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// The vision transformer of DeiT, DINO and timm: learned position embeddings, a class token, pre-norm blocks, a final norm. Images of another size than the configuration's are taken too: the positions are resized (<see cref="PositionResize"/>).
/// Names in its state are those of the released weights. B images, N patches, D width.
/// </summary>
public sealed class LearnedVit : nn.Module, IEncoder
{
    private readonly Parameter _clsToken, _positions;                              // [1, 1, D], [1, 1 + N, D]
    private readonly PatchEmbedding _patchEmbed;
    private readonly ModuleList<VitBlock> _blocks;
    private readonly LayerNorm _norm;
    private readonly ScalarType _activations;
    private readonly bool _keyBias;
    private readonly string _finalNorm;
    private readonly Dictionary<(int From, int To), Tensor> _resizes = [];

    /// <param name="config">the shape</param>
    /// <param name="precision">dtype of activations; parameters are float32</param>
    /// <param name="seed">of the starting weights: normal(0, 0.02), biases 0 (<see cref="NormalInitialisation"/>)</param>
    /// <param name="keyBias">false: keys have no bias, as in BEiT</param>
    /// <param name="finalNorm">name of the last norm: "norm", or BEiT's "fc_norm" of its patch tokens</param>
    public LearnedVit(VitConfig config, Precision precision, ulong seed, bool keyBias = true, string finalNorm = "norm") : base(nameof(LearnedVit))
    {
        config.Check();
        (Config, Grid, _activations, _keyBias, _finalNorm) = (config, config.Grid(), precision.Activations(), keyBias, finalNorm);
        register_parameter("cls_token", _clsToken = new Parameter(zeros(1, 1, config.Width)));
        register_parameter("pos_embed", _positions = new Parameter(zeros(1, 1 + Grid.Count, config.Width)));
        register_module("patch_embed", _patchEmbed = new PatchEmbedding(Grid, config.Width, _activations));
        register_module("blocks", _blocks = nn.ModuleList([.. Enumerable.Range(0, config.Blocks).Select(_ => new VitBlock(config.Width, config.Heads, config.MlpRatio, keyBias))]));
        register_module(finalNorm, _norm = nn.LayerNorm(config.Width, Vit.NormEps));
        NormalInitialisation.Apply(this, seed);
    }

    public VitConfig Config { get; }

    /// <summary>Of an image of the configuration's size.</summary>
    public PatchGrid Grid { get; }

    /// <summary>Encodes whole images.</summary>
    /// <param name="images">[B, C, H, W] float32; H and W multiples of the patch size</param>
    /// <param name="blocks">how many blocks are run before the final norm; null: all</param>
    /// <returns>[B, 1 + N, D] after the final norm, class token first, in the activations' dtype</returns>
    public Tensor Encode(Tensor images, int? blocks = null)
    {
        if (blocks is < 1 || blocks > _blocks.Count) throw new ArgumentException($"Features of block {blocks} were asked for; this model has blocks 1 to {_blocks.Count}.");
        var x = new ResidualStream(Embed(images), Pending: null, _activations);
        foreach (var block in _blocks.Take(blocks ?? _blocks.Count)) x = block.call(x);
        x.Normalise(_norm, out var tokens);
        return tokens;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> BlockOutputs(Tensor images, int last, Draw? draw = null) => ResidualStream.Outputs(Embed(images), _activations, _blocks, last, (x, block) => block.call(x));

    /// <inheritdoc/>
    public IEncoder ForImages(int imageSize, Precision precision, double dropPath = 0)
    {
        this.RefuseDropPath(dropPath);
        return new LearnedVit(Config with { ImageSize = imageSize }, precision, seed: 0, _keyBias, _finalNorm).Copied(this);
    }

    /// <inheritdoc/>
    public Tensor Normalise(Tensor tokens) => Fused.LayerNorm(tokens, _norm.weight, _norm.bias, _norm.eps, _activations);

    /// <inheritdoc/>
    public Tensor AttentionWeights(Tensor images, int? block = null)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (wanted, x) = (block ?? _blocks.Count, new ResidualStream(Embed(images), Pending: null, _activations));
        if (wanted < 1 || wanted > _blocks.Count) throw new ArgumentException($"Attention of block {wanted} was asked for; this model has blocks 1 to {_blocks.Count}.");
        foreach (var earlier in _blocks.Take(wanted - 1)) x = earlier.call(x);
        return _blocks[wanted - 1].AttentionWeights(x).MoveToOuterDisposeScope();
    }

    private Tensor Embed(Tensor images)                                            // [B, 1 + N, D] float32
    {
        var grid = Grid with { Rows = (int)images.size(2) / Grid.PatchSize, Columns = (int)images.size(3) / Grid.PatchSize };
        var patches = _patchEmbed.call(grid.Cut(images));                          // [B, N, D]
        var cls = (_clsToken + _positions.narrow(1, 0, 1)).expand(images.size(0), -1, -1);
        return cat([cls, PatchPositions(grid) + patches], 1);
    }

    private Tensor PatchPositions(PatchGrid grid)
    {
        var own = _positions.narrow(1, 1, Grid.Count);
        return (grid.Rows, grid.Columns) == (Grid.Rows, Grid.Columns) ? own
            : PositionResize.Apply(own, Resize(Grid.Rows, grid.Rows), Resize(Grid.Columns, grid.Columns));
    }

    private Tensor Resize(int from, int to)
    {
        if (_resizes.TryGetValue((from, to), out var weights)) return weights;
        weights = PositionResize.Axis(from, to).to(_positions.device);
        register_buffer($"resize_{from}_{to}", weights, persistent: false);
        return _resizes[(from, to)] = weights;
    }
}
