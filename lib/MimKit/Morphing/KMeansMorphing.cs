using MimKit.Runtime;

namespace MimKit;

/// <summary>Groups of tokens by k-means in each image, from random tokens of its own (METHODS 4.4: an alternative that DTM's paper compares with).</summary>
/// <param name="Groups">clusters an image; one that loses its members stays empty</param>
/// <param name="Iterations">of Lloyd</param>
public sealed record KMeansMorphing(int Groups, int Iterations = 10) : Morphing
{
    public override IReadOnlyList<Grouping> Draw(Tensor v, Draw draw)
    {
        LloydPerImage.Check(Groups, v.size(1));
        var first = draw.Permutation(Purpose.Morph, (int)v.size(1)).Chunk((int)v.size(1)).SelectMany(order => order.Take(Groups)).ToArray();
        var ids = tensor(first, [v.size(0), Groups]).to(v.device);
        return [new(LloydPerImage.Assign(v, v.gather(1, ids.unsqueeze(-1).expand(-1, -1, v.size(2))), Iterations), Groups)];
    }

    public override string ToString() => $"k-means of {Groups} groups";
}

/// <summary>
/// Superpixels of tokens, SLIC's way (Achanta et al., TPAMI 2012): k-means on vectors and places together, from seeds on a regular grid. SLIC's search window
/// only saves time and is left out: grids are small. Needs all patches of a square grid.
/// </summary>
/// <param name="Side">seeds a row and a column: Side² groups</param>
/// <param name="Compactness">weight of the places against the vectors; both are brought to a spread of 1 first</param>
/// <param name="Iterations">of Lloyd</param>
public sealed record SuperpixelMorphing(int Side, double Compactness = 1, int Iterations = 10) : Morphing
{
    public override IReadOnlyList<Grouping> Draw(Tensor v, Draw draw)
    {
        var (n, rows) = (v.size(1), (int)Math.Round(Math.Sqrt(v.size(1))));
        if (rows * rows != n) throw new ArgumentException($"Superpixels need all patches of a square grid; {n} were given. Compare at Positions.All.");
        LloydPerImage.Check(Side * Side, n);
        var spread = (v - v.mean([1], keepdim: true)).square().sum(2, keepdim: true).mean([1], keepdim: true).sqrt().clamp(min: 1e-12);
        var points = cat([v / spread, Places(rows).to(v.device).unsqueeze(0).expand(v.size(0), -1, -1) * (Math.Sqrt(Compactness) * Side / rows)], 2);   // [B, n, D + 2]
        var seeds = tensor(Seeds(rows)).to(v.device);
        return [new(LloydPerImage.Assign(points, points.index_select(1, seeds), Iterations), Side * Side)];
    }

    // (row, column), in patches: a superpixel's own width is rows / Side
    private static Tensor Places(int rows) => tensor([.. Enumerable.Range(0, rows * rows).SelectMany(i => new[] { (float)(i / rows), i % rows })], [rows * rows, 2]);

    private long[] Seeds(int rows) => [.. from y in Enumerable.Range(0, Side) from x in Enumerable.Range(0, Side) select (long)((2 * y + 1) * rows / (2 * Side) * rows + (2 * x + 1) * rows / (2 * Side))];

    public override string ToString() => $"superpixels, {Side} × {Side}";
}

/// <summary>Lloyd's k-means in every image at once.</summary>
static class LloydPerImage
{
    /// <param name="points">[B, n, D]</param>
    /// <param name="centres">[B, G, D]</param>
    /// <param name="iterations">assignments; a centre without points stays</param>
    /// <returns>[B, n] int64</returns>
    public static Tensor Assign(Tensor points, Tensor centres, int iterations)
    {
        using var scope = NewDisposeScope();
        Tensor group = Nearest(points, centres);
        for (var i = 1; i < iterations; i++)
        {
            var grouping = new Grouping(group, (int)centres.size(1));
            centres = where(grouping.Sizes().unsqueeze(-1).gt(0), grouping.Mean(points), centres);
            group = Nearest(points, centres);
        }
        return group.MoveToOuterDisposeScope();
    }

    // ‖p‖² is the same for all centres
    private static Tensor Nearest(Tensor points, Tensor centres) =>
        (centres.square().sum(2).unsqueeze(1) - points.matmul(centres.transpose(1, 2)) * 2).argmin(2);

    public static void Check(int groups, long tokens)
    {
        if (groups < 1 || groups > tokens) throw new ArgumentException($"{tokens} tokens cannot be divided into {groups} groups; choose 1 to {tokens}.");
    }
}
