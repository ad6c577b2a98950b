using MimKit.Models;
using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>
/// Sizes of UPerNet on a transformer (Xiao et al., Unified Perceptual Parsing, ECCV 2018, arXiv 1807.10221; BEiT v2's settings, METHODS 2.7).
/// Defaults: ViT-B.
/// </summary>
public sealed record UPerNetConfig
{
    public int Channels { get; init; } = 768;

    /// <summary>Sides of the grids that pyramid pooling averages to.</summary>
    public IReadOnlyList<int> PoolScales { get; init; } = [1, 2, 3, 6];
    public int AuxiliaryChannels { get; init; } = 256;
    public double AuxiliaryWeight { get; init; } = 0.4;
    public double Dropout { get; init; } = 0.1;
}

/// <summary>
/// Four scales out of a transformer's one: 4 and 2 times the patch grid by transposed convolutions, the grid, and half of it by max-pooling
/// (BEiT v2's FPN operations). D width; a grid of h × w.
/// </summary>
sealed class FeaturePyramid : nn.Module
{
    private readonly ConvTranspose2d _twice, _again, _double;
    private readonly BatchNorm2d _norm;

    public FeaturePyramid(int width) : base(nameof(FeaturePyramid))
    {
        var (fpn1, fpn2) = (new ModuleGroup("fpn1"), new ModuleGroup("fpn2"));      // names of BEiT's code: places in a sequence, GELU is 2
        fpn1.register_module("0", _twice = nn.ConvTranspose2d(width, width, 2, stride: 2));
        fpn1.register_module("1", _norm = nn.BatchNorm2d(width));
        fpn1.register_module("3", _again = nn.ConvTranspose2d(width, width, 2, stride: 2));
        fpn2.register_module("0", _double = nn.ConvTranspose2d(width, width, 2, stride: 2));
        register_module("fpn1", fpn1);
        register_module("fpn2", fpn2);
    }

    /// <param name="maps">four of [B, D, h, w]</param>
    /// <returns>[B, D, 4h, 4w], [B, D, 2h, 2w], [B, D, h, w], [B, D, h/2, w/2]</returns>
    public Tensor[] Scales(IReadOnlyList<Tensor> maps) => [_again.Apply(F.gelu(_norm.call(_twice.Apply(maps[0])))), _double.Apply(maps[1]), maps[2], F.max_pool2d(maps[3], 2, 2)];
}

/// <summary>
/// UPerNet's head: pyramid pooling of the coarsest scale, a feature pyramid from coarse to fine, all scales fused at the finest. Names in its
/// state are those of OpenMMLab's implementation. C channels.
/// </summary>
sealed class UPerHead : nn.Module
{
    private readonly ModuleList<Sequential> _pools;
    private readonly ConvUnit _bottleneck, _fuse;
    private readonly ModuleList<ConvUnit> _laterals, _smooths;
    private readonly Conv2d _classify;

    public UPerHead(int width, int classes, UPerNetConfig config) : base(nameof(UPerHead))
    {
        int C = config.Channels, finer = 3;
        register_module("psp_modules", _pools = nn.ModuleList([.. config.PoolScales.Select(side => nn.Sequential(nn.AdaptiveAvgPool2d(side), new ConvUnit(width, C, 1)))]));
        register_module("bottleneck", _bottleneck = new ConvUnit(width + config.PoolScales.Count * C, C, 3));
        register_module("lateral_convs", _laterals = nn.ModuleList([.. Enumerable.Range(0, finer).Select(_ => new ConvUnit(width, C, 1))]));
        register_module("fpn_convs", _smooths = nn.ModuleList([.. Enumerable.Range(0, finer).Select(_ => new ConvUnit(C, C, 3))]));
        register_module("fpn_bottleneck", _fuse = new ConvUnit((finer + 1) * C, C, 3));
        register_module("conv_seg", _classify = nn.Conv2d(C, classes, 1));
    }

    /// <param name="scales">fine to coarse</param>
    /// <param name="drop">the dropout before the last layer</param>
    /// <returns>[B, K, 4h, 4w]</returns>
    public Tensor Logits(Tensor[] scales, Func<Tensor, Tensor> drop)
    {
        var levels = _laterals.Zip(scales, (lateral, map) => lateral.call(map)).Append(PyramidPooling(scales[^1])).ToArray();      // each [B, C, …]
        for (var i = levels.Length - 1; i > 0; i--) levels[i - 1] = levels[i - 1] + levels[i].Resize(levels[i - 1].size(2), levels[i - 1].size(3));
        for (var i = 0; i < _smooths.Count; i++) levels[i] = _smooths[i].call(levels[i]);
        var fused = _fuse.call(cat(levels.Select(level => level.Resize(levels[0].size(2), levels[0].size(3))).ToArray(), 1));        // [B, C, 4h, 4w]
        return _classify.Apply(drop(fused));
    }

    private Tensor PyramidPooling(Tensor map) =>
        _bottleneck.call(cat([map, .. _pools.Select(pool => pool.call(map).Resize(map.size(2), map.size(3)))], 1));
}

/// <summary>The auxiliary head: one convolution on the patch grid itself. Names are OpenMMLab's.</summary>
sealed class FcnHead : nn.Module
{
    private readonly ModuleList<ConvUnit> _convs;
    private readonly Conv2d _classify;

    public FcnHead(int width, int classes, int channels) : base(nameof(FcnHead))
    {
        register_module("convs", _convs = nn.ModuleList(new ConvUnit(width, channels, 3)));
        register_module("conv_seg", _classify = nn.Conv2d(channels, classes, 1));
    }

    public Tensor Logits(Tensor map, Func<Tensor, Tensor> drop) => _classify.Apply(drop(_convs[0].call(map)));
}

/// <summary>UPerNet on four blocks of a transformer, with the auxiliary head on the third of them in training (METHODS 2.7).</summary>
public sealed class UPerNet : SegmentationHead
{
    /// <summary>Blocks that are read.</summary>
    public const int Blocks = 4;
    private const int AuxiliaryMap = 2;

    private readonly UPerNetConfig _config;
    private readonly FeaturePyramid _pyramid;
    private readonly UPerHead _decode;
    private readonly FcnHead _auxiliary;

    /// <param name="width">of the encoder</param>
    /// <param name="classes">K</param>
    /// <param name="config">the sizes</param>
    /// <param name="seed">of the starting weights</param>
    public UPerNet(int width, int classes, UPerNetConfig config, ulong seed) : base(nameof(UPerNet))
    {
        _config = config;
        register_module("pyramid", _pyramid = new FeaturePyramid(width));
        register_module("decode_head", _decode = new UPerHead(width, classes, config));
        register_module("auxiliary_head", _auxiliary = new FcnHead(width, classes, config.AuxiliaryChannels));
        Maps.Start(this, seed);
    }

    public override SegmentationLogits Logits(IReadOnlyList<Tensor> maps, Draw? draw) => new(
        _decode.Logits(_pyramid.Scales(maps), fused => Dropped(fused, _config.Dropout, draw, 0)),
        training ? _auxiliary.Logits(maps[AuxiliaryMap], map => Dropped(map, _config.Dropout, draw, 1)) : null);
}
