using MimKit.Models;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit;

/// <summary>MAE's sparse encoder and decoder: the encoder never sees a gap, the decoder fills it with mask tokens (METHODS 3.3).</summary>
/// <param name="network">the network; the method that trains it disposes it</param>
public sealed class MaePredictor(MaskedAutoencoder network) : Predictor
{
    public override nn.Module Network => network;
    public override PatchGrid Grid => network.Grid;

    public override int OutputSize(Output output) => output == Output.Mim ? network.Outputs
        : throw new ArgumentException($"MAE's predictor has one output, {Output.Mim}; there is no {output}.");

    public override IReadOnlyDictionary<Output, Latents> Predict(Tensor images, Mask mask)
    {
        var encoded = network.Encode(images, mask.VisibleIds);                     // [B, 1 + M, D]
        var decoded = network.Decode(encoded, mask.VisibleIds);                    // [B, 1 + N, Dd]
        return new Dictionary<Output, Latents> { [Output.Mim] = new(decoded, network.Head) };
    }

    public override Tensor Tokens(Tensor images) => network.Encode(images);

    public override string ToString()
    {
        var (encoder, decoder) = (network.Config, network.Decoder);
        return $"MAE: encoder of {encoder.Blocks} blocks, width {encoder.Width}, {encoder.Heads} heads, on {Grid}; decoder of {decoder.Blocks} blocks, width {decoder.Width}, {decoder.Heads} heads; {network.Outputs} outputs a patch";
    }
}
