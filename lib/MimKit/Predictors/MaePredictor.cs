using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>MAE's sparse encoder and decoder: the encoder never sees a gap, the decoder fills it with mask tokens (METHODS 3.3).</summary>
public sealed class MaePredictor : Predictor
{
    private readonly MaskedAutoencoder _network;

    /// <param name="network">the network; the method that trains it disposes it</param>
    public MaePredictor(MaskedAutoencoder network) : base(network) => _network = network;

    public override IReadOnlyDictionary<Output, Latents> Predict(Tensor images, Mask mask, Draw? draw = null)
    {
        var encoded = _network.Encode(images, mask.VisibleIds);                     // [B, 1 + M, D]
        return Named(_network.Decode(encoded, mask.VisibleIds), encoded);         // [B, 1 + N, Dd]
    }

    public override Tensor Tokens(Tensor images) => _network.Encode(images);

    public override string ToString()
    {
        var (encoder, decoder) = (_network.Config, _network.Decoder);
        return $"MAE: encoder of {encoder.Blocks} blocks, width {encoder.Width}, {encoder.Heads} heads, on {Grid}; decoder of {decoder.Blocks} blocks, width {decoder.Width}, {decoder.Heads} heads; {_network.Outputs} outputs a patch";
    }
}
