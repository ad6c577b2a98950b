namespace MimKit.Evaluation;

/// <summary>The directions of largest variance of a set of vectors.</summary>
/// <param name="Mean">[D] float32</param>
/// <param name="Components">[k, D] float32, unit length, the largest variance first; the entry of largest magnitude is positive</param>
/// <param name="Variance">[k] variance along each, divisor n − 1</param>
/// <param name="TotalVariance">along all D</param>
public sealed record Pca(Tensor Mean, Tensor Components, double[] Variance, double TotalVariance) : IDisposable
{
    /// <summary>Fits k components, in float64.</summary>
    /// <param name="x">[n, D], n at least 2</param>
    /// <param name="k">1 to min(n, D)</param>
    public static Pca Fit(Tensor x, int k)
    {
        if (x.ndim != 2 || x.shape[0] < 2) throw new ArgumentException($"Principal components need a matrix [n, D] of at least 2 rows, found [{string.Join(", ", x.shape)}].");
        var (n, d) = (x.shape[0], x.shape[1]);
        if (k < 1 || k > Math.Min(n, d)) throw new ArgumentException($"{k} components were asked for; {n:N0} vectors of width {d:N0} have 1 to {Math.Min(n, d):N0}.");
        using var off = no_grad();
        using var scope = NewDisposeScope();
        Neighbours.CheckFinite(x);
        var exact = x.to(CPU).to(float64);
        var mean = exact.mean([0]);
        var centred = exact - mean;
        var wide = d > n;                                                        // the smaller of the two products has the same eigenvalues
        var product = (wide ? centred.matmul(centred.t()) : centred.t().matmul(centred)) / (n - 1);
        var (values, vectors) = linalg.eigh(product);                            // rising
        var size = product.shape[0];
        var first = vectors.narrow(1, size - k, k).flip(1).t();                  // [k, size]
        var components = wide ? nn.functional.normalize(first.matmul(centred), dim: 1) : first;
        var largest = components.gather(1, components.abs().argmax(1).unsqueeze(1));
        components *= where(largest.lt(0), -ones_like(largest), ones_like(largest));
        return new(mean.to(float32).MoveToOuterDisposeScope(), components.to(float32).contiguous().MoveToOuterDisposeScope(),
            [.. values.narrow(0, size - k, k).flip(0).ToArray<double>().Select(value => Math.Max(0, value))], product.diagonal(0, 0, 1).sum().item<double>());
    }

    /// <summary>Vectors in the components' coordinates.</summary>
    /// <param name="x">[…, D]</param>
    /// <returns>[…, k] float32</returns>
    public Tensor Project(Tensor x) => (x.to(float32) - Mean).matmul(Components.t());

    /// <summary>Share of the variance that each component explains.</summary>
    public IReadOnlyList<double> Explained => [.. Variance.Select(value => TotalVariance > 0 ? value / TotalVariance : 0)];

    public void Dispose()
    {
        Mean.Dispose();
        Components.Dispose();
    }

    public override string ToString() => FormattableString.Invariant($"{Variance.Length} principal components of width {Mean.shape[0]}: {100 * Explained.Sum():F1} % of the variance");
}
