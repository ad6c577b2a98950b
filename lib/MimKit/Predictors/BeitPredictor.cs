using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>BEiT's mask tokens inside the encoder and a linear head; with patch aggregation, BEiT v2's second output (METHODS 2.4).</summary>
public sealed class BeitPredictor : Predictor
{
    private readonly BeitVit _network;

    /// <param name="network">the network; the method that trains it disposes it</param>
    public BeitPredictor(BeitVit network) : base(network) => _network = network;

    public override int OutputSize(Output output) => output == Output.Aggregated && _network.Aggregation is not null ? _network.Outputs : base.OutputSize(output);

    public override IReadOnlyDictionary<Output, Latents> Predict(Tensor images, Mask mask, Draw? draw = null)
    {
        var tokens = _network.Encode(images, mask.Hidden, draw);                    // [B, 1 + N, D], twice with aggregation
        var outputs = Named(tokens.Last, tokens.Last);
        if (tokens.Aggregated is not null) outputs[Output.Aggregated] = new(tokens.Aggregated, _network.AggregationHead);
        return outputs;
    }

    public override Tensor Tokens(Tensor images) => _network.EncodeWhole(images);

    public override string ToString()
    {
        var (shape, aggregation) = (_network.Config, _network.Aggregation);
        return $"BEiT: {shape.Blocks} blocks, width {shape.Width}, {shape.Heads} heads, on {Grid}, mask tokens inside; {_network.Outputs} outputs a patch"
            + (aggregation is null ? "" : $"; patch aggregation from block {aggregation.FromBlock} through {aggregation.Blocks} blocks, {(aggregation.SharedHead ? "shared head" : "a head of its own")}");
    }
}
