using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>MAE's sparse encoder and decoder: the encoder never sees a gap, the decoder fills it with mask tokens (METHODS 3.3).</summary>
/// <param name="network">the network; the method that trains it disposes it</param>
public sealed class MaePredictor(MaskedAutoencoder network) : Predictor
{
    public override nn.Module Network => network;
    public override PatchGrid Grid => network.Grid;

    public override int OutputSize(Output output) => output switch
    {
        Output.Mim => network.Outputs,
        Output.Feature when network.Features > 0 => network.Features,
        Output.Encoder => network.Config.Width,
        _ => throw new ArgumentException($"This predictor has no output {output}. It has {Output.Mim} and {Output.Encoder}, and {Output.Feature} if it is built with features."),
    };

    public override IReadOnlyDictionary<Output, Latents> Predict(Tensor images, Mask mask, Draw? draw = null)
    {
        var encoded = network.Encode(images, mask.VisibleIds);                     // [B, 1 + M, D]
        var decoded = network.Decode(encoded, mask.VisibleIds);                    // [B, 1 + N, Dd]
        return new Dictionary<Output, Latents>
        {
            [Output.Mim] = new(decoded, network.Head), [Output.Feature] = new(decoded, network.FeatureHead), [Output.Encoder] = new(encoded, tokens => tokens),
        };
    }

    public override Tensor AttentionWeights(Tensor images, int? block = null) => network.AttentionWeights(images, block);

    public override Tensor Tokens(Tensor images) => network.Encode(images);

    public override string ToString()
    {
        var (encoder, decoder) = (network.Config, network.Decoder);
        return $"MAE: encoder of {encoder.Blocks} blocks, width {encoder.Width}, {encoder.Heads} heads, on {Grid}; decoder of {decoder.Blocks} blocks, width {decoder.Width}, {decoder.Heads} heads; {network.Outputs} outputs a patch";
    }
}
