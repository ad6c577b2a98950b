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
    /// <summary>What is trained.</summary>
    public abstract nn.Module Network { get; }

    /// <summary>The patches of an image.</summary>
    public abstract PatchGrid Grid { get; }

    /// <summary>Numbers that the head of an output puts out a patch.</summary>
    /// <exception cref="ArgumentException">This predictor has no such output.</exception>
    public abstract int OutputSize(Output output);

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
    public abstract Tensor AttentionWeights(Tensor images, int? block = null);
}
