using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>What a predictor puts out, by name.</summary>
public enum Output
{
    /// <summary>One latent a patch, from which its content is predicted.</summary>
    Mim,
    /// <summary>The same after patch aggregation: what BEiT v2's class token must help to predict.</summary>
    Aggregated,
    /// <summary>The latents of <see cref="Mim"/> under a second head, for an added feature term.</summary>
    Feature,
    /// <summary>The encoder's own tokens, without a head: of the patches that it saw.</summary>
    Encoder,
}

/// <summary>How the features of an image become one vector.</summary>
public enum Pooling
{
    /// <summary>The mean of the patch tokens after the final norm.</summary>
    MeanPatches,
    /// <summary>The class token after the final norm.</summary>
    ClassToken,
}

/// <summary>One output of a predictor before its head. The head runs where a term asks for it: logits at all places would be large.</summary>
/// <param name="Tokens">[B, 1 + N, D], class token first</param>
/// <param name="Head">[B, n, D] to [B, n, outputs]</param>
public sealed record Latents(Tensor Tokens, Func<Tensor, Tensor> Head)
{
    /// <summary>Predictions at given patches.</summary>
    /// <param name="patches">[B, n] int64; null: all patches in order</param>
    /// <returns>[B, n, outputs]</returns>
    public Tensor At(Tensor? patches) =>
        Head(patches is null ? Tokens.narrow(1, 1, Tokens.size(1) - 1) : Fused.TakeTokens(Tokens, patches + 1));
}

/// <summary>Second choice of a method: how does the network see the gap, and what does it put out?</summary>
public abstract class Predictor
{
    private readonly IMaskedNetwork _network;

    /// <param name="network">the network, a module; the method that trains it disposes it</param>
    protected Predictor(IMaskedNetwork network) => _network = network;

    /// <summary>What is trained.</summary>
    public nn.Module Network => (nn.Module)_network;

    /// <summary>The patches of an image.</summary>
    public PatchGrid Grid => _network.Grid;

    /// <summary>Numbers that the head of an output puts out a patch.</summary>
    /// <exception cref="ArgumentException">This predictor has no such output.</exception>
    public virtual int OutputSize(Output output) => output switch
    {
        Output.Mim => _network.Outputs,
        Output.Feature when _network.Features > 0 => _network.Features,
        Output.Encoder => _network.Config.Width,
        _ => throw new ArgumentException($"This predictor has no output {output}. It has {Output.Mim} and {Output.Encoder}, {Output.Aggregated} with patch aggregation, and {Output.Feature} if it is built with features."),
    };

    /// <summary>Predicts what is hidden.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="mask">which patches the network must not see</param>
    /// <param name="draw">the step's random numbers, for stochastic depth; null: none</param>
    public abstract IReadOnlyDictionary<Output, Latents> Predict(Tensor images, Mask mask, Draw? draw = null);

    /// <summary>The encoder's tokens of whole images.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <returns>[B, 1 + N, D] after the final norm, class token first</returns>
    public abstract Tensor Tokens(Tensor images);

    /// <summary>The attention weights of one of the encoder's blocks for whole images, without gradients.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="block">counted from 1; null: the last</param>
    /// <returns>[B, H, 1 + N, 1 + N] float32, class token first, query before key</returns>
    public Tensor AttentionWeights(Tensor images, int? block = null) => _network.AttentionWeights(images, block);

    /// <summary>The outputs that every network has: its latents under its heads, and the encoder's own tokens.</summary>
    /// <param name="latents">[B, 1 + N, width]</param>
    /// <param name="encoded">[B, 1 + M, D] of the patches that the encoder saw</param>
    protected Dictionary<Output, Latents> Named(Tensor latents, Tensor encoded) => new()
    {
        [Output.Mim] = new(latents, _network.Head), [Output.Feature] = new(latents, _network.FeatureHead), [Output.Encoder] = new(encoded, tokens => tokens),
    };
}
