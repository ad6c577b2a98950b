using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// VQ-KD's encoder, codebook and decoder (BEiT v2, section 3.1; METHODS 2.1). Names in its state are the released ones, without the parts
/// that are never read there (<c>embedding.cluster_size</c>, <c>embedding.embed_avg</c>). B images, N patches, c code width.
/// </summary>
public sealed class VqKdNetwork : nn.Module
{
    private readonly LearnedVit _encoder, _decoder;
    private readonly TaskLayer _toCode, _toFeature;

    /// <param name="encoder">shape of the encoder; square images</param>
    /// <param name="decoder">shape of the decoder: its patches are the encoder's grid with one value pixel a patch</param>
    /// <param name="quantizer">the codebook; owned by this network</param>
    /// <param name="featureWidth">of the teacher</param>
    /// <param name="precision">dtype of activations</param>
    /// <param name="seed">of the starting weights</param>
    public VqKdNetwork(VitConfig encoder, VitConfig decoder, VectorQuantizer quantizer, int featureWidth, Precision precision, ulong seed) : base(nameof(VqKdNetwork))
    {
        register_module("encoder", _encoder = new LearnedVit(encoder, precision, seed, keyBias: false, finalNorm: "fc_norm"));
        register_module("decoder", _decoder = new LearnedVit(decoder, precision, seed + 1, keyBias: false, finalNorm: "fc_norm"));
        register_module("quantize", Quantizer = quantizer);
        register_module("encode_task_layer", _toCode = new TaskLayer(encoder.Width, quantizer.Width));
        register_module("decode_task_layer", _toFeature = new TaskLayer(decoder.Width, featureWidth));
        NormalInitialisation.Apply(_toCode, seed + 2);
        NormalInitialisation.Apply(_toFeature, seed + 3);
    }

    public VectorQuantizer Quantizer { get; }
    public PatchGrid Grid => _encoder.Grid;

    /// <summary>Patch tokens of the encoder after its norm, [B, N, D].</summary>
    /// <param name="images">[B, C, H, W] float32 in −1 … 1</param>
    public Tensor Features(Tensor images) => PatchTokens(_encoder.Encode(images));

    /// <summary>What the quantiser is given, [B, N, c] float32.</summary>
    public Tensor ToCode(Tensor features) => _toCode.call(features);

    /// <summary>Patch tokens of the decoder after its norm, [B, N, D].</summary>
    /// <param name="codes">[B, N, c] float32</param>
    public Tensor DecoderFeatures(Tensor codes) =>
        PatchTokens(_decoder.Encode(codes.transpose(1, 2).reshape(codes.size(0), codes.size(2), Grid.Rows, Grid.Columns)));

    /// <summary>The teacher's features as the codes tell them, [B, N, Dt] float32.</summary>
    public Tensor ToFeature(Tensor decoded) => _toFeature.call(decoded);

    private static Tensor PatchTokens(Tensor tokens) => tokens.narrow(1, 1, tokens.size(1) - 1).contiguous();
}
