using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>BEiT's mask tokens inside the encoder and a linear head; with patch aggregation, BEiT v2's second output (METHODS 2.4).</summary>
/// <param name="network">the network; the method that trains it disposes it</param>
public sealed class BeitPredictor(BeitVit network) : Predictor
{
    public override nn.Module Network => network;
    public override PatchGrid Grid => network.Grid;

    public override int OutputSize(Output output) => output switch
    {
        Output.Mim => network.Outputs,
        Output.Aggregated when network.Aggregation is not null => network.Outputs,
        Output.Feature when network.Features > 0 => network.Features,
        Output.Encoder => network.Config.Width,
        _ => throw new ArgumentException($"This predictor has no output {output}. It has {Output.Mim} and {Output.Encoder}, {Output.Aggregated} with patch aggregation, and {Output.Feature} if it is built with features."),
    };

    public override IReadOnlyDictionary<Output, Latents> Predict(Tensor images, Mask mask, Draw? draw = null)
    {
        var tokens = network.Encode(images, mask.Hidden, draw);                    // [B, 1 + N, D], twice with aggregation
        var outputs = new Dictionary<Output, Latents>
        {
            [Output.Mim] = new(tokens.Last, network.Head), [Output.Feature] = new(tokens.Last, network.FeatureHead), [Output.Encoder] = new(tokens.Last, same => same),
        };
        if (tokens.Aggregated is not null) outputs[Output.Aggregated] = new(tokens.Aggregated, network.AggregationHead);
        return outputs;
    }

    public override Tensor Tokens(Tensor images) => network.EncodeWhole(images);

    public override Tensor AttentionWeights(Tensor images, int? block = null) => network.AttentionWeights(images, block);

    public override string ToString()
    {
        var (shape, aggregation) = (network.Config, network.Aggregation);
        return $"BEiT: {shape.Blocks} blocks, width {shape.Width}, {shape.Heads} heads, on {Grid}, mask tokens inside; {network.Outputs} outputs a patch"
            + (aggregation is null ? "" : $"; patch aggregation from block {aggregation.FromBlock} through {aggregation.Blocks} blocks, {(aggregation.SharedHead ? "shared head" : "a head of its own")}");
    }
}
