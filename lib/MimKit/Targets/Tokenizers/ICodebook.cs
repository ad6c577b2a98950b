namespace MimKit;

/// <summary>A tokenizer whose codes are places in some space, so that it can say how typical of its code a patch is.</summary>
public interface ICodebook
{
    /// <summary>The code of every patch and how far the patch lies from it; small is typical.</summary>
    /// <param name="view">[B, C, H, W] float32, normalised</param>
    /// <returns>ids [B, N] int64; distances [B, N] float32: squared Euclidean for clusters and VQ-KD, −log of the code's probability for a dVAE</returns>
    (Tensor Ids, Tensor Distance) Nearest(Tensor view);
}
