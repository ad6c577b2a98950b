using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// MAE's network (He et al., CVPR 2022, arXiv 2111.06377; METHODS 3.3): an encoder that sees the visible patches only, a narrow decoder
/// that sees all places, and a linear head.
/// </summary>
public sealed class MaskedAutoencoder : Vit, IMaskedNetwork
{
    private readonly Linear _decoderEmbed, _decoderPred;
    private readonly Linear? _featureHead;
    private readonly Parameter _maskToken;
    private readonly Tensor _decoderPositions;                                     // [1, 1 + N, Dd]
    private readonly ModuleList<VitBlock> _decoderBlocks;
    private readonly LayerNorm _decoderNorm;

    /// <param name="encoder">shape of the encoder</param>
    /// <param name="decoder">shape of the decoder</param>
    /// <param name="outputs">numbers the head puts out a patch: its pixels, or the codes to choose from</param>
    /// <param name="precision">dtype of activations</param>
    /// <param name="seed">of the starting weights (<see cref="MaeInitialisation"/>)</param>
    /// <param name="features">numbers of a second head on the same tokens, for an added feature term; 0: there is none</param>
    public MaskedAutoencoder(VitConfig encoder, DecoderConfig decoder, int outputs, Precision precision, ulong seed, int features = 0) : base(encoder, precision)
    {
        VitConfig.CheckWidth(decoder.Width, decoder.Heads);
        if (outputs < 1) throw new ArgumentException($"The head has {outputs} outputs; it needs at least 1.");
        (Decoder, Outputs, Features) = (decoder, outputs, features);
        register_module("decoder_embed", _decoderEmbed = nn.Linear(encoder.Width, decoder.Width));
        register_parameter("mask_token", _maskToken = new Parameter(zeros(1, 1, decoder.Width)));
        register_buffer("decoder_pos_embed", _decoderPositions = SinCosPositions.Table(decoder.Width, Grid.Rows, Grid.Columns));
        register_module("decoder_blocks", _decoderBlocks = Blocks(decoder.Blocks, decoder.Width, decoder.Heads, encoder.MlpRatio));
        register_module("decoder_norm", _decoderNorm = nn.LayerNorm(decoder.Width, NormEps));
        register_module("decoder_pred", _decoderPred = nn.Linear(decoder.Width, outputs));
        if (features > 0) register_module("feature_head", _featureHead = nn.Linear(decoder.Width, features));
        MaeInitialisation.Apply(this, seed);
    }

    public DecoderConfig Decoder { get; }

    /// <summary>Numbers the head puts out a patch.</summary>
    public int Outputs { get; }

    /// <summary>Numbers the second head puts out a patch; 0 without one.</summary>
    public int Features { get; }

    /// <summary>Fills the hidden places with the mask token and lets all places talk.</summary>
    /// <param name="encoded">[B, 1 + M, D] from <see cref="Vit.Encode"/></param>
    /// <param name="visible">[B, M] int64: where those patches belong</param>
    /// <returns>[B, 1 + N, Dd] after the decoder's norm, class token first</returns>
    public Tensor Decode(Tensor encoded, Tensor visible)
    {
        var places = cat([zeros([visible.size(0), 1], int64), visible + 1], 1);    // [B, 1 + M] the class token is place 0
        var tokens = Fused.Linear(encoded, _decoderEmbed.weight, _decoderEmbed.bias);   // [B, 1 + M, Dd]
        tokens = Fused.PlaceTokens(tokens, places, _maskToken, 1 + Grid.Count);    // [B, 1 + N, Dd]
        return Transform(_decoderPositions + tokens, _decoderBlocks, _decoderNorm);
    }

    /// <summary>The linear head.</summary>
    /// <param name="decoded">[B, n, Dd]: the places that are wanted</param>
    /// <returns>[B, n, Outputs] in the activations' dtype</returns>
    public Tensor Head(Tensor decoded) => Fused.Linear(decoded, _decoderPred.weight, _decoderPred.bias);

    /// <summary>The second head, [B, n, Features].</summary>
    public Tensor FeatureHead(Tensor decoded) => Fused.Linear(decoded, _featureHead!.weight, _featureHead.bias);
}
