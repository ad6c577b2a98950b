using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// MAE's network in fine-tuning (He et al., 2022, appendix A.1; METHODS 3.4): positions are trained, the head reads the normed mean of all patches, or the class token.
/// Names in its state are MAE's, so that a pre-trained encoder's weights fit. B images, N patches, D width.
/// </summary>
public sealed class VitClassifier : nn.Module<Tensor, Tensor>, IClassifier
{
    private const double HeadStd = 2e-5;                                           // the head starts almost silent

    private readonly Parameter _clsToken, _positions;                              // [1, 1, D], [1, 1 + N, D]
    private readonly PatchEmbedding _patchEmbed;
    private readonly ModuleList<VitBlock> _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _head;
    private readonly ScalarType _activations;
    private readonly double[] _dropPath;                                           // of every block

    /// <param name="config">the shape</param>
    /// <param name="classes">to choose from</param>
    /// <param name="pooling">what the head reads: the mean of the patches, then "fc_norm"; or the class token after "norm"</param>
    /// <param name="precision">dtype of activations; parameters are float32</param>
    /// <param name="seed">of the starting weights: normal(0, 0.02), the head's normal(0, 2e-5)</param>
    /// <param name="dropPath">stochastic depth of the last block in training; earlier blocks have less</param>
    public VitClassifier(VitConfig config, int classes, Pooling pooling, Precision precision, ulong seed, double dropPath = 0) : base(nameof(VitClassifier))
    {
        config.Check();
        if (classes < 1) throw new ArgumentException($"The head has {classes} classes; it needs at least 1.");
        (Config, Grid, Pooled, _activations, _dropPath) = (config, config.Grid(), pooling, precision.Activations(), StochasticDepth.Rates(dropPath, config.Blocks));
        register_parameter("cls_token", _clsToken = new Parameter(zeros(1, 1, config.Width)));
        register_parameter("pos_embed", _positions = new Parameter(SinCosPositions.Table(config.Width, Grid.Rows, Grid.Columns)));
        register_module("patch_embed", _patchEmbed = new PatchEmbedding(Grid, config.Width, _activations));
        register_module("blocks", _blocks = nn.ModuleList([.. Enumerable.Range(0, config.Blocks).Select(_ => new VitBlock(config.Width, config.Heads, config.MlpRatio))]));
        register_module(pooling == Pooling.MeanPatches ? "fc_norm" : "norm", _norm = nn.LayerNorm(config.Width, Vit.NormEps));
        register_module("head", _head = nn.Linear(config.Width, classes));
        Start(seed);
    }

    public VitConfig Config { get; }
    public PatchGrid Grid { get; }

    /// <summary>What the head reads.</summary>
    public Pooling Pooled { get; }

    /// <summary>Logits.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <returns>[B, classes] in the activations' dtype</returns>
    public override Tensor forward(Tensor images) => Head(Features(images));

    /// <inheritdoc/>
    public Tensor Features(Tensor images, Draw? draw = null)
    {
        var depth = training && draw is not null && _dropPath[^1] > 0 ? StochasticDepth.Of(draw, 2 * _dropPath.Length) : null;
        var patches = _positions.narrow(1, 1, Grid.Count) + _patchEmbed.call(Grid.Cut(images));
        var cls = (_clsToken + _positions.narrow(1, 0, 1)).expand(images.size(0), -1, -1);
        var x = new ResidualStream(cat([cls, patches], 1), Pending: null, _activations);
        foreach (var (block, rate) in _blocks.Zip(_dropPath)) x = depth is null ? block.call(x) : block.Forward(x, depth, rate);
        var tokens = x.Settle().Sum;                                               // [B, 1 + N, D] float32 before any norm
        var pooled = Pooled == Pooling.MeanPatches ? tokens.narrow(1, 1, Grid.Count).mean([1]) : tokens.select(1, 0).contiguous();
        return Fused.LayerNorm(pooled, _norm.weight, _norm.bias, _norm.eps, _activations);
    }

    /// <inheritdoc/>
    public Tensor Head(Tensor features) => Fused.Linear(features, _head.weight, _head.bias);

    /// <summary>Takes over a pre-trained encoder: every weight of the same name and shape but the norm and the head, which start anew.</summary>
    /// <param name="encoder">by MAE's names; a decoder's weights are passed over</param>
    /// <exception cref="ArgumentException">A weight of the encoder is missing or has another shape.</exception>
    public void StartFrom(IReadOnlyDictionary<string, Tensor> encoder)
    {
        using var off = no_grad();
        foreach (var (name, parameter) in named_parameters().Where(named => !named.name.StartsWith("head.", StringComparison.Ordinal) && !named.name.Contains("norm.", StringComparison.Ordinal)))
        {
            if (!encoder.TryGetValue(name, out var value) || !value.shape.SequenceEqual(parameter.shape))
                throw new ArgumentException($"The encoder does not fit: {name} is {(value is null ? "missing" : value.ToString())}, wanted {parameter}. Build the classifier with the encoder's VitConfig.");
            parameter.copy_(value);
        }
    }

    private void Start(ulong seed)
    {
        using var off = no_grad();
        using var positions = _positions.detach().clone();
        NormalInitialisation.Apply(this, seed);
        _positions.copy_(positions);
        _head.weight.mul_(HeadStd / 0.02);
    }
}
