using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>What a head says of every place of a map.</summary>
/// <param name="Main">[B, K, h, w] logits</param>
/// <param name="Auxiliary">[B, K, h, w] of the auxiliary head, in training only; null: there is none</param>
public sealed record SegmentationLogits(Tensor Main, Tensor? Auxiliary);

/// <summary>Turns the maps of an encoder's blocks into a class for every place.</summary>
public abstract class SegmentationHead(string name) : nn.Module(name)
{
    /// <param name="maps">of every block that is read, [B, D, rows, columns]; the head computes in their dtype</param>
    /// <param name="draw">the step's random numbers, for dropout in training; null: none</param>
    public abstract SegmentationLogits Logits(IReadOnlyList<Tensor> maps, Draw? draw);

    /// <summary>Drops whole channels of a map in training, as Dropout2d does, from the step's own numbers.</summary>
    /// <param name="number">of the dropout within the head</param>
    private protected Tensor Dropped(Tensor map, double rate, Draw? draw, int number)
    {
        if (!training || rate <= 0 || draw is null) return map;
        var kept = draw.Uniform(Purpose.Dropout, (int)map.size(1), number).Select(u => u < rate ? 0 : (float)(1 / (1 - rate))).ToArray();
        return map * tensor(kept, [map.size(0), map.size(1), 1, 1]).to(map.dtype).to(map.device);
    }
}

/// <summary>
/// The quick look: one linear layer on the patches of the blocks that are read, side by side, each channel standardised by a batch normalisation without scale and shift
/// (as in MAE's linear probe; the encoder stays frozen).
/// </summary>
public sealed class LinearSegmentation : SegmentationHead
{
    private readonly BatchNorm2d _bn;
    private readonly Conv2d _classify;

    /// <param name="channels">of all maps together</param>
    /// <param name="classes">K</param>
    /// <param name="seed">of the starting weights</param>
    public LinearSegmentation(int channels, int classes, ulong seed) : base(nameof(LinearSegmentation))
    {
        register_module("bn", _bn = nn.BatchNorm2d(channels, affine: false));
        register_module("conv_seg", _classify = nn.Conv2d(channels, classes, 1));
        Maps.Start(this, seed);
    }

    public override SegmentationLogits Logits(IReadOnlyList<Tensor> maps, Draw? draw) => new(_classify.call(_bn.call(cat(maps.ToArray(), 1).to(float32))), null);
}
