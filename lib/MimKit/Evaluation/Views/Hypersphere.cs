using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>
/// Two properties of features on the unit sphere (Wang and Isola, ICML 2020): views of one image should lie close (alignment), images should spread (uniformity). Both: lower is better.
/// </summary>
/// <param name="Alignment">mean of ‖f(x) − f(x')‖² over two views of an image; 0 to 4</param>
/// <param name="Uniformity">log of the mean of exp(−2 ‖f(x) − f(y)‖²) over pairs of images; 0 where all coincide, about −4 at best</param>
/// <param name="Source">Data set and split.</param>
public sealed record Hypersphere(double Alignment, double Uniformity, string Source)
{
    private const long TileRows = 1024;

    /// <summary>Both for an encoder, with two draws of a transform as views; uniformity is measured on the first.</summary>
    /// <param name="encode">images [B, C, H, W] float32, normalised, to features [B, D]</param>
    /// <param name="views">what makes the views: the student's of a method</param>
    /// <param name="set">the images</param>
    /// <param name="seed">of the draws</param>
    public static Hypersphere Of(Func<Tensor, Tensor> encode, Views views, ImageSet set, ulong seed = 0, int batchSize = 500)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var drawn = Enumerable.Range(0, 2).Select(view => cat([.. Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(batchSize).Select(places =>
        {
            using var inner = NewDisposeScope();
            using var batch = Batch.Of(set, places);
            return encode(views.Draw(batch, new Draw(seed, view, places)).Student).to(CPU).to(float32).MoveToOuterDisposeScope();
        })], 0)).ToList();
        return new(AlignmentOf(drawn[0], drawn[1]), UniformityOf(drawn[0]), $"{set.Name} {set.Split}");
    }

    /// <summary>E ‖x − y‖^α over rows, brought to unit length (section 4.1).</summary>
    /// <param name="x">[n, D] features of one view</param>
    /// <param name="y">[n, D] of the other</param>
    /// <param name="alpha">α, 2 in the paper</param>
    public static double AlignmentOf(Tensor x, Tensor y, double alpha = 2)
    {
        if (!x.shape.SequenceEqual(y.shape)) throw new ArgumentException($"Alignment compares two views of the same images; their features are [{string.Join(", ", x.shape)}] and [{string.Join(", ", y.shape)}].");
        using var scope = NewDisposeScope();
        return (UnitLength(x) - UnitLength(y)).norm(1).pow(alpha).mean().item<double>();
    }

    /// <summary>log E exp(−t ‖x − y‖²) over distinct pairs, brought to unit length (section 4.1).</summary>
    /// <param name="x">[n, D], n at least 2</param>
    /// <param name="t">2 in the paper</param>
    public static double UniformityOf(Tensor x, double t = 2)
    {
        var n = x.shape[0];
        if (n < 2) throw new ArgumentException($"Uniformity is over pairs; there is {n} feature vector.");
        using var scope = NewDisposeScope();
        var unit = UnitLength(x);
        var sum = -(double)n;                                                      // a point and itself
        for (long first = 0; first < n; first += TileRows)
        {
            using var inner = NewDisposeScope();
            var cosine = unit.narrow(0, first, Math.Min(TileRows, n - first)).matmul(unit.t());
            sum += ((cosine - 1) * (2 * t)).exp().sum().item<double>();            // ‖x − y‖² = 2 − 2 cos
        }
        return Math.Log(sum / ((double)n * (n - 1)));
    }

    private static Tensor UnitLength(Tensor x) => nn.functional.normalize(x.to(float64), dim: 1);

    public override string ToString() => FormattableString.Invariant($"alignment {Alignment:F3}, uniformity {Uniformity:F2} on {Source}");
}
