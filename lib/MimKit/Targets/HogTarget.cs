using MimKit.Models;

namespace MimKit;

/// <summary>
/// Histograms of oriented gradients as MaskFeat predicts them (Wei et al., CVPR 2022, arXiv 2112.09133; its code's form, METHODS 5.1): 3×3 Sobel
/// gradients of each channel with reflected edges, their magnitudes weighted by a repeated Gaussian window, summed into 9 unsigned orientations
/// over square cells, each cell's histogram brought to unit length. No block normalisation.
/// </summary>
/// <param name="grid">the patches; their side is a multiple of <paramref name="cell"/></param>
/// <param name="cell">pixels of a cell's side: 8 at 224 pixels; 4 (9 numbers a patch) or 2 (36) at 28 (METHODS 5.3)</param>
/// <param name="window">pixels of the Gaussian window's side, which repeats over the image, with a deviation of half of it; 0: no window</param>
public sealed class HogTarget(PatchGrid grid, int cell = 8, int window = 16) : Target
{
    /// <summary>Orientations between 0 and π.</summary>
    public const int Bins = 9;

    private const double Floor = 1e-3;                                             // of the length: below it is rounding; one grey level makes an edge of 0.016

    private readonly int _cells = cell > 0 && grid.PatchSize % cell == 0 ? grid.PatchSize / cell
        : throw new ArgumentException($"Cells of {cell} pixels do not divide patches of {grid.PatchSize}. Take one of {string.Join(", ", Enumerable.Range(1, grid.PatchSize).Where(c => grid.PatchSize % c == 0))}.");

    public override PatchGrid Grid => grid;

    /// <summary>Channels × 9 orientations × cells of a patch: 108 of 16 pixels in colour.</summary>
    public override int Size => grid.Channels * Bins * _cells * _cells;

    public override TargetValues Of(Tensor view)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (B, C, H, W) = (view.size(0), view.size(1), view.size(2), view.size(3));
        var histogram = Histograms(view.reshape(B * C, 1, H, W));                  // [B · C, 9, H / cell, W / cell]
        return new(histogram.reshape(B, C * Bins, grid.Rows, _cells, grid.Columns, _cells)
            .permute(0, 2, 4, 1, 3, 5)                                             // [B, Rows, Columns, C · 9, cells, cells]
            .reshape(B, grid.Count, Size).MoveToOuterDisposeScope());
    }

    public override string ToString() => $"HOG, {Size} values a patch (cells of {cell} pixels)";

    private Tensor Histograms(Tensor planes)                                       // [n, 1, H, W]
    {
        var (n, H, W) = (planes.size(0), planes.size(2), planes.size(3));
        var edged = Reflected(planes);
        var gx = nn.functional.conv2d(edged, Sobel(transposed: false));            // [n, 1, H, W]
        var gy = nn.functional.conv2d(edged, Sobel(transposed: true));
        var length = (gx.square() + gy.square()).sqrt();
        if (window > 0) length = length * Gaussian(H, W);
        var bin = gx.atan2(gy).mul(Bins / Math.PI).floor().remainder(Bins).to(int64);
        var votes = zeros(n, Bins, H, W).scatter_add_(1, bin, length);             // [n, 9, H, W]
        var cells = votes.reshape(n, Bins, H / cell, cell, W / cell, cell).sum([3L, 5L]);
        return cells.div(cells.norm(1, keepdim: true).clamp(min: Floor));
    }

    // one pixel more on every side, the edge's inner neighbour
    private static Tensor Reflected(Tensor x)
    {
        var (h, w) = (x.size(2), x.size(3));
        x = cat([x.narrow(2, 1, 1), x, x.narrow(2, h - 2, 1)], 2);
        return cat([x.narrow(3, 1, 1), x, x.narrow(3, w - 2, 1)], 3);
    }

    private static Tensor Sobel(bool transposed) =>
        tensor(transposed ? new float[] { 1, 2, 1, 0, 0, 0, -1, -2, -1 } : new float[] { 1, 0, -1, 2, 0, -2, 1, 0, -1 }, [1, 1, 3, 3]);

    // [H, W]: the window of `window` pixels, deviation half of it, sum 1 along each axis, repeated
    private Tensor Gaussian(long height, long width)
    {
        var one = Enumerable.Range(0, window).Select(i => Math.Exp(-0.5 * Math.Pow((i - (window - 1) / 2.0) / (window / 2.0), 2))).ToArray();
        var sum = one.Sum();
        var values = new float[height * width];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) values[y * width + x] = (float)(one[y % window] * one[x % window] / (sum * sum));
        return tensor(values, [height, width]);
    }
}
