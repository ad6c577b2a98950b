namespace MimKit.Evaluation;

/// <summary>The nearest others of every point, exactly, in tiles: never an n × n matrix. t-SNE, UMAP and trustworthiness read them.</summary>
/// <param name="Ids">[n, k] int64, the nearest first</param>
/// <param name="Distance2">[n, k] float32, squared Euclidean</param>
public sealed record Neighbours(Tensor Ids, Tensor Distance2) : IDisposable
{
    private const int TileBytes = 64 << 20;

    /// <summary>Finds them.</summary>
    /// <param name="x">[n, D]</param>
    /// <param name="k">how many, 1 to n − 1</param>
    /// <exception cref="ArgumentException">Not a matrix, k outside its range, or values that are not finite.</exception>
    public static Neighbours Of(Tensor x, int k)
    {
        if (x.ndim != 2) throw new ArgumentException($"Features are a matrix [n, D], found [{string.Join(", ", x.shape)}]. Pool over the patches first.");
        var n = x.shape[0];
        if (k < 1 || k >= n) throw new ArgumentException($"{k} neighbours were asked for; {n:N0} points have 1 to {n - 1:N0} others.");
        using var off = no_grad();
        using var scope = NewDisposeScope();
        CheckFinite(x);
        var points = x.to(CPU).to(float32);
        points = points - points.mean([0]);                                      // distances are sums of squares: small ones lose less to rounding
        var (columns, norms) = (points.t(), points.square().sum(1));
        var (ids, distances) = (torch.empty([n, k], int64), torch.empty([n, k], float32));
        var tile = Math.Max(1, TileBytes / sizeof(float) / n);
        for (long first = 0; first < n; first += tile)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(tile, n - first);
            var d = points.narrow(0, first, rows).matmul(columns).mul_(-2).add_(norms).add_(norms.narrow(0, first, rows).unsqueeze(1));    // [rows, n]
            d.diagonal(first, 0, 1).fill_(double.PositiveInfinity);              // a point is not its own neighbour
            var (nearest, index) = d.topk(k, 1, largest: false);
            ids.narrow(0, first, rows).copy_(index);
            distances.narrow(0, first, rows).copy_(nearest.clamp_(min: 0));
        }
        return new(ids.MoveToOuterDisposeScope(), distances.MoveToOuterDisposeScope());
    }

    /// <exception cref="ArgumentException">A value is NaN or infinite; the message counts the rows.</exception>
    internal static void CheckFinite(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wrong = x.isfinite().logical_not().any(1).sum().item<long>();
        if (wrong > 0) throw new ArgumentException($"{wrong:N0} of {x.shape[0]:N0} feature vectors hold NaN or infinity: look at the encoder's training, or leave those rows out.");
    }

    public void Dispose()
    {
        Ids.Dispose();
        Distance2.Dispose();
    }
}
