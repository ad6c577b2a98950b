using MimKit.Models;

namespace MimKit.Evaluation;

/// <summary>Where a transformer looks, block by block. B images, H heads, n = 1 + N tokens, class token first.</summary>
public static class AttentionMaps
{
    /// <summary>The weights of every block, the first first, without gradients.</summary>
    /// <param name="network">the transformer</param>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <returns>a tensor [B, H, n, n] a block</returns>
    public static IReadOnlyList<Tensor> OfBlocks(IEncoder network, Tensor images) =>
        [.. Enumerable.Range(1, network.Config.Blocks).Select(block => network.AttentionWeights(images, block))];

    /// <summary>
    /// Attention rollout (Abnar and Zuidema, ACL 2020, eq. 1): heads are averaged, the residual connection counts as attention of a token to itself, and blocks are multiplied up.
    /// </summary>
    /// <param name="blocks">[B, H, n, n] each, the first block first, rows that sum to 1</param>
    /// <param name="residual">the residual connection's share, 0.5 in the paper</param>
    /// <returns>[B, n, n] float32: how much of each input token (column) has reached each output token (row); rows sum to 1</returns>
    public static Tensor Rollout(IReadOnlyList<Tensor> blocks, double residual = 0.5)
    {
        if (blocks.Count == 0) throw new ArgumentException("Rollout needs the attention weights of at least one block.");
        if (residual is < 0 or >= 1) throw new ArgumentException($"The residual connection's share is {residual}; choose 0 to below 1.");
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var identity = eye(blocks[0].size(2), device: blocks[0].device);
        return blocks.Select(weights => weights.to(float32).mean([1]) * (1 - residual) + identity * residual)
            .Aggregate((below, above) => above.matmul(below)).MoveToOuterDisposeScope();
    }

    /// <summary>What the class token sees of each patch.</summary>
    /// <param name="weights">[…, n, n]</param>
    /// <returns>[…, N]</returns>
    public static Tensor OfClassToken(Tensor weights)
    {
        var row = weights.select(weights.ndim - 2, 0);                             // […, n]
        return row.narrow(row.ndim - 1, 1, row.size(-1) - 1);
    }

    /// <summary>
    /// How far each head looks: the mean distance from a patch to what it attends to, in pixels (Dosovitskiy et al., 2021, figure 7; the class token is left out).
    /// </summary>
    /// <param name="weights">[B, H, n, n] of one block</param>
    /// <param name="grid">the patches</param>
    /// <returns>[H]</returns>
    public static double[] Distances(Tensor weights, PatchGrid grid)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        if (weights.size(2) != 1 + grid.Count) throw new ArgumentException($"Attention among {weights.size(2)} tokens does not fit {grid}, which has 1 + {grid.Count}.");
        var places = Enumerable.Range(0, grid.Count).ToArray();
        var apart = tensor([.. from a in places from b in places
            select (float)(grid.PatchSize * Math.Sqrt(Math.Pow(a / grid.Columns - b / grid.Columns, 2) + Math.Pow(a % grid.Columns - b % grid.Columns, 2)))], [grid.Count, grid.Count]);
        var among = weights.to(CPU).to(float32).narrow(2, 1, grid.Count).narrow(3, 1, grid.Count);      // [B, H, N, N]
        var distances = (among * apart).sum(-1) / among.sum(-1).clamp(min: 1e-12);                       // [B, H, N]
        return [.. distances.mean([0, 2]).ToArray<float>().Select(value => (double)value)];
    }
}
