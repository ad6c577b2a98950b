using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// The vision transformer of MAE (METHODS 3.3): fixed sine-cosine positions, a class token, pre-norm blocks, a final norm. Names in
/// its state are MAE's (METHODS 3.4). B images, N patches, M of them visible, D width.
/// </summary>
public class Vit : nn.Module, IEncoder
{
    internal const double NormEps = 1e-6;

    private readonly Parameter _clsToken;
    private readonly Tensor _positions;                                            // [1, 1 + N, D]
    private readonly PatchEmbedding _patchEmbed;
    private readonly ModuleList<VitBlock> _blocks;
    private readonly LayerNorm _norm;

    /// <param name="config">the shape</param>
    /// <param name="precision">dtype of activations; parameters are float32</param>
    public Vit(VitConfig config, Precision precision) : base(nameof(Vit))
    {
        config.Check();
        (Config, Grid, Activations) = (config, config.Grid(), precision.Activations());
        register_parameter("cls_token", _clsToken = new Parameter(zeros(1, 1, config.Width)));
        register_buffer("pos_embed", _positions = SinCosPositions.Table(config.Width, Grid.Rows, Grid.Columns));
        register_module("patch_embed", _patchEmbed = new PatchEmbedding(Grid, config.Width, Activations));
        register_module("blocks", _blocks = Blocks(config.Blocks, config.Width, config.Heads, config.MlpRatio));
        register_module("norm", _norm = nn.LayerNorm(config.Width, NormEps));
    }

    public VitConfig Config { get; }
    public PatchGrid Grid { get; }
    protected ScalarType Activations { get; }

    /// <summary>Encodes the visible patches of images, and no others.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="visible">[B, M] int64: the patches to encode; null: all, in order</param>
    /// <returns>[B, 1 + M, D] after the final norm, class token first, in the activations' dtype</returns>
    public Tensor Encode(Tensor images, Tensor? visible = null)
    {
        return Transform(Embed(images, visible), _blocks, _norm);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> BlockOutputs(Tensor images, int last, Draw? draw = null) => ResidualStream.Outputs(Embed(images, null), Activations, _blocks, last, (x, block) => block.call(x));

    /// <inheritdoc/>
    public IEncoder ForImages(int imageSize, Precision precision, double dropPath = 0)
    {
        this.RefuseDropPath(dropPath);
        return new Vit(Config with { ImageSize = imageSize }, precision).Copied(this);
    }

    /// <inheritdoc/>
    public Tensor Normalise(Tensor tokens) => Fused.LayerNorm(tokens, _norm.weight, _norm.bias, _norm.eps, Activations);

    /// <summary>The attention weights of a block for whole images, without gradients.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="block">counted from 1; null: the last</param>
    /// <returns>[B, H, 1 + N, 1 + N] float32, class token first, query before key</returns>
    public Tensor AttentionWeights(Tensor images, int? block = null)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (wanted, x) = (block ?? _blocks.Count, new ResidualStream(Embed(images, null), Pending: null, Activations));
        if (wanted < 1 || wanted > _blocks.Count) throw new ArgumentException($"Attention of block {wanted} was asked for; this model has blocks 1 to {_blocks.Count}.");
        foreach (var earlier in _blocks.Take(wanted - 1)) x = earlier.call(x);
        return _blocks[wanted - 1].AttentionWeights(x).MoveToOuterDisposeScope();
    }

    private Tensor Embed(Tensor images, Tensor? visible)
    {
        var patches = Grid.Cut(images);                                            // [B, N, p · p · C]
        var positions = _positions.narrow(1, 1, Grid.Count);                       // [1, N, D]
        if (visible is not null)
        {
            patches = Fused.TakeTokens(patches, visible);                          // [B, M, p · p · C]
            positions = positions.squeeze(0).index_select(0, visible.flatten()).reshape(visible.size(0), visible.size(1), -1);    // [B, M, D]
        }
        var tokens = positions + _patchEmbed.call(patches);                     // [B, M, D] float32
        var cls = (_clsToken + _positions.narrow(1, 0, 1)).expand(images.size(0), -1, -1);
        return cat([cls, tokens], 1);                                              // [B, 1 + M, D]
    }

    /// <summary>Runs tokens through blocks and a final norm.</summary>
    /// <param name="tokens">[B, n, D] float32</param>
    /// <returns>[B, n, D] in the activations' dtype</returns>
    protected Tensor Transform(Tensor tokens, ModuleList<VitBlock> blocks, LayerNorm norm)
    {
        var x = new ResidualStream(tokens, Pending: null, Activations);
        foreach (var block in blocks) x = block.call(x);
        x.Normalise(norm, out var y);
        return y;
    }

    protected static ModuleList<VitBlock> Blocks(int count, int width, int heads, double mlpRatio) =>
        nn.ModuleList([.. Enumerable.Range(0, count).Select(_ => new VitBlock(width, heads, mlpRatio))]);
}
