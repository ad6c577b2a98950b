using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>A transformer as evaluations see it, whichever network it is. B images, N patches, D width.</summary>
public interface IEncoder
{
    VitConfig Config { get; }

    /// <summary>The patches of an image.</summary>
    PatchGrid Grid { get; }

    /// <summary>The outputs of the last blocks for whole images, before any norm; gradients flow where they are on.</summary>
    /// <param name="images">[B, C, H, W] float32, normalised</param>
    /// <param name="last">how many blocks, counted from the end</param>
    /// <param name="draw">the step's random numbers, for stochastic depth in training; null: none</param>
    /// <returns>each [B, 1 + N, D] float32, class token first, in the blocks' order</returns>
    IReadOnlyList<Tensor> BlockOutputs(Tensor images, int last, Draw? draw = null);

    /// <summary>The final norm.</summary>
    /// <param name="tokens">[B, n, D] float32: a block's output</param>
    /// <returns>[B, n, D] in the activations' dtype</returns>
    Tensor Normalise(Tensor tokens);

    /// <summary>The attention weights of a block for whole images, without gradients.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="block">counted from 1; null: the last</param>
    /// <returns>[B, H, 1 + N, 1 + N] float32, class token first, query before key</returns>
    Tensor AttentionWeights(Tensor images, int? block = null);

    /// <summary>A copy of the encoder for images of another size, without decoder and heads, to be trained further: position tables are resized, everything else is copied.</summary>
    /// <param name="imageSize">pixels a side</param>
    /// <param name="precision">dtype of activations</param>
    /// <param name="dropPath">stochastic depth of the last block in training</param>
    /// <returns>a network that is the caller's to dispose</returns>
    /// <exception cref="ArgumentException">The patch size does not divide the image, or this architecture has no stochastic depth.</exception>
    IEncoder ForImages(int imageSize, Precision precision, double dropPath = 0);

    /// <summary>The tokens of whole images after the final norm.</summary>
    /// <param name="images">[B, C, H, W] float32, normalised</param>
    /// <returns>[B, 1 + N, D], class token first</returns>
    sealed Tensor Tokens(Tensor images) => Normalise(BlockOutputs(images, 1)[0]);
}
