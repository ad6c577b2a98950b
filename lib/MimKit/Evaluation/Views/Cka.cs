using MimKit.Data;
using MimKit.Models;

namespace MimKit.Evaluation;

/// <summary>How alike the layers of two networks are. <c>Chart.Cka</c> draws it.</summary>
/// <param name="Rows">layers of the first</param>
/// <param name="Columns">layers of the second</param>
/// <param name="Values">[rows, columns], 1 where equal up to rotation and scale</param>
/// <param name="Source">Data set and split.</param>
public sealed record CkaMap(IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, double[,] Values, string Source)
{
    public override string ToString() => $"CKA of {Rows.Count} x {Columns.Count} layers on {Source}";
}

/// <summary>
/// Centred kernel alignment with a linear kernel (Kornblith et al., ICML 2019): a likeness of two representations of the same images that rotations and scales do not change.
/// </summary>
public static class Cka
{
    /// <summary>‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖) of centred features, all at once (biased: with fewer images than dimensions it comes near 1 for anything).</summary>
    /// <param name="x">[n, D1]</param>
    /// <param name="y">[n, D2] of the same images</param>
    /// <returns>0 to 1; NaN where one of them does not vary</returns>
    public static double Linear(Tensor x, Tensor y)
    {
        CheckPaired(x, y);
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (a, b) = (Centred(x), Centred(y));
        double Squared(Tensor one, Tensor other) => one.t().matmul(other).square().sum().item<double>();
        return Squared(b, a) / Math.Sqrt(Squared(a, a) * Squared(b, b));
    }

    /// <summary>The unbiased estimate from one batch's features (Song et al., 2012; Nguyen et al., ICLR 2021, eq. 3): its expectation does not depend on the batch's size.</summary>
    /// <param name="x">[n, D1], n at least 4</param>
    /// <param name="y">[n, D2]</param>
    /// <returns>about 0 where they are independent, and possibly below</returns>
    public static double Unbiased(Tensor x, Tensor y)
    {
        CheckPaired(x, y);
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (k, l) = (Kernel(x), Kernel(y));
        return Hsic(k, l) / Math.Sqrt(Hsic(k, k) * Hsic(l, l));
    }

    /// <summary>
    /// Every layer of one network beside every layer of another, in minibatches (Nguyen et al., ICLR 2021, eq. 2): independence criteria are averaged over the batches, then divided. A layer's features are all its tokens.
    /// </summary>
    /// <param name="first">rows</param>
    /// <param name="second">columns; the same network: its layers among themselves</param>
    /// <param name="set">the images; a rest smaller than 4 is left out</param>
    /// <param name="batchSize">at least 4</param>
    public static CkaMap BetweenLayers(IEncoder first, IEncoder second, ImageSet set, int batchSize = 128)
    {
        if (batchSize < 4) throw new ArgumentException($"The unbiased estimate needs batches of at least 4 images, not {batchSize}.");
        if (set.Count < 4) throw new ArgumentException($"The unbiased estimate needs at least 4 images, found {set.Count}.");
        using var off = no_grad();
        var (rows, columns) = (first.Config.Blocks, second.Config.Blocks);
        var (cross, own, other) = (new double[rows, columns], new double[rows], new double[columns]);
        foreach (var places in Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(batchSize).Where(batch => batch.Length >= 4))
        {
            using var scope = NewDisposeScope();
            var images = Batch.Of(set, places).Images;
            var k = Kernels(first, images);
            var l = ReferenceEquals(first, second) ? k : Kernels(second, images);
            for (var i = 0; i < rows; i++) own[i] += Hsic(k[i], k[i]);
            for (var j = 0; j < columns; j++) other[j] += Hsic(l[j], l[j]);
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < columns; j++) cross[i, j] += Hsic(k[i], l[j]);
        }
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) cross[i, j] /= Math.Sqrt(own[i] * other[j]);
        return new(Names(rows), Names(columns), cross, $"{set.Name} {set.Split}, {set.Count:N0} images");

        static string[] Names(int count) => [.. Enumerable.Range(1, count).Select(block => $"block {block}")];
    }

    /// <summary>The unbiased Hilbert-Schmidt independence criterion of two kernel matrices [n, n] (Song et al., 2012, theorem 5).</summary>
    public static double Hsic(Tensor k, Tensor l)
    {
        using var scope = NewDisposeScope();
        double n = k.shape[0];
        if (n < 4) throw new ArgumentException($"The unbiased estimate needs at least 4 images, found {n}.");
        var (a, b) = (WithoutDiagonal(k), WithoutDiagonal(l));
        var (rowsOfA, rowsOfB) = (a.sum(1), b.sum(1));
        var all = (a * b).sum().item<double>() + rowsOfA.sum().item<double>() * rowsOfB.sum().item<double>() / ((n - 1) * (n - 2));
        return (all - 2 / (n - 2) * (rowsOfA * rowsOfB).sum().item<double>()) / (n * (n - 3));
    }

    private static Tensor WithoutDiagonal(Tensor kernel) => kernel.to(float64) * (1 - eye(kernel.shape[0], dtype: float64));

    // centred first: what all images share would drown the rest in rounding, and changes no criterion
    private static Tensor Kernel(Tensor x)
    {
        var features = Centred(x);
        return features.matmul(features.t());
    }

    private static Tensor Centred(Tensor x)
    {
        var features = x.to(CPU).to(float64);
        return features - features.mean([0]);
    }

    private static List<Tensor> Kernels(IEncoder network, Tensor images) => [.. network.BlockOutputs(images, network.Config.Blocks).Select(tokens => Kernel(tokens.flatten(1)))];

    private static void CheckPaired(Tensor x, Tensor y)
    {
        if (x.ndim != 2 || y.ndim != 2 || x.shape[0] != y.shape[0])
            throw new ArgumentException($"CKA compares two features of the same images, [n, D1] and [n, D2]; found [{string.Join(", ", x.shape)}] and [{string.Join(", ", y.shape)}].");
    }
}
