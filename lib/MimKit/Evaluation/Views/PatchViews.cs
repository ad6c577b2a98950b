namespace MimKit.Evaluation;

/// <summary>What single patches' features tell, of tokens [B, N, D] without the class token.</summary>
public static class PatchViews
{
    /// <summary>How alike one patch is to every other of its image, by cosine.</summary>
    /// <param name="tokens">[B, N, D]</param>
    /// <param name="patch">row-major from 0</param>
    /// <returns>[B, N] float32 in [−1, 1]</returns>
    public static Tensor Similarity(Tensor tokens, int patch)
    {
        if (tokens.ndim != 3 || patch < 0 || patch >= tokens.size(1)) throw new ArgumentException($"There is no patch {patch} in tokens [{string.Join(", ", tokens.shape)}]; wanted [B, N, D] and 0 to N − 1.");
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var unit = nn.functional.normalize(tokens.to(float32), dim: 2);
        return unit.matmul(unit.narrow(1, patch, 1).transpose(1, 2)).squeeze(2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The first three principal components of all patches together as red, green and blue: patches of one colour are alike to the network, across images. Each component is stretched
    /// from its 1st to its 99th percentile. An eigenvector has no sign, so hues may be mirrored between networks.
    /// </summary>
    /// <param name="tokens">[B, N, D], D at least 3</param>
    /// <returns>[B, N, 3] float32 in [0, 1]</returns>
    public static Tensor Colours(Tensor tokens)
    {
        if (tokens.ndim != 3 || tokens.size(2) < 3 || tokens.size(0) * tokens.size(1) < 4) throw new ArgumentException($"Colours need tokens [B, N, D] of width 3 or more and at least 4 patches, found [{string.Join(", ", tokens.shape)}].");
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var flat = tokens.to(CPU).to(float32).flatten(0, 1);                       // [B N, D]
        var main = Pca.Fit(flat, 3).Project(flat);                                 // [B N, 3]
        var sorted = main.sort(0).Item1;
        var last = main.size(0) - 1;
        var (low, high) = (sorted.select(0, (long)Math.Round(0.01 * last)), sorted.select(0, (long)Math.Round(0.99 * last)));
        return ((main - low) / (high - low).clamp(min: 1e-12)).clamp(0, 1).reshape(tokens.size(0), tokens.size(1), 3).MoveToOuterDisposeScope();
    }
}
