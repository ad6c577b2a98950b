using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>The code of every patch: VQ-KD as a tokenizer, without its decoder.</summary>
/// <param name="network">frozen; disposed by its owner</param>
/// <param name="given">the scale of the views</param>
public sealed class VqKdTarget(VqKdNetwork network, InputScale given) : Target, ICodebook
{
    public override PatchGrid Grid => network.Grid;
    public override int Size => network.Quantizer.Count;

    /// <summary>Codebook, encoder and decoder: for looking at them.</summary>
    public VqKdNetwork Network => network;

    public override TargetValues Of(Tensor view)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return new(network.Quantizer.Lookup(Vectors(view)).reshape(view.size(0), Grid.Count).MoveToOuterDisposeScope());
    }

    public (Tensor Ids, Tensor Distance) Nearest(Tensor view)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (ids, distance2) = Fused.NearestCentre(Vectors(view), network.Quantizer.Codes);
        return (ids.reshape(view.size(0), Grid.Count).MoveToOuterDisposeScope(), distance2.reshape(view.size(0), Grid.Count).MoveToOuterDisposeScope());
    }

    /// <summary>What the decoder makes of codes: the teacher's features as the codes tell them.</summary>
    /// <param name="ids">[B, N] int64</param>
    /// <returns>[B, N, Dt] float32</returns>
    public Tensor Decode(Tensor ids)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var codes = network.Quantizer.Codes.index_select(0, ids.flatten()).reshape(ids.size(0), ids.size(1), -1);
        return network.ToFeature(network.DecoderFeatures(codes)).MoveToOuterDisposeScope();
    }

    public override string ToString() => $"VQ-KD codes, {Size} of width {network.Quantizer.Width}";

    // [B · N, c] as they are compared with the codes
    private Tensor Vectors(Tensor view) =>
        network.Quantizer.Comparable(network.ToCode(network.Features(InputScale.MinusOneToOne.From(view, given, network.Grid.Channels))).flatten(0, 1));
}
