using System.Numerics;
using System.Runtime.InteropServices;

namespace MimKit.Evaluation;

/// <summary>A design matrix X [n, D] by the two products that a linear model needs, so that it need not exist as a matrix.</summary>
public interface IProbeInput
{
    int Count { get; }
    int Width { get; }

    /// <summary>X W: weights [D, C] float32 to [n, C].</summary>
    Tensor Logits(Tensor weights);

    /// <summary>X^T R: residuals [n, C] float32 to [D, C].</summary>
    Tensor Gradient(Tensor residuals);
}

/// <summary>Features as they are, standardised by the given statistics.</summary>
public sealed class DenseInput(FeatureSet features, Tensor mean, Tensor deviation) : IProbeInput
{
    readonly Tensor _x = (features.X - mean) / deviation;         // [n, D]

    public int Count => features.Count;
    public int Width => (int)features.X.shape[1];
    public Tensor Logits(Tensor weights) => _x.matmul(weights);
    public Tensor Gradient(Tensor residuals) => _x.t().matmul(residuals);
}

/// <summary>
/// One-hot codes of N positions: row p * K + id of the weights belongs to code id at position p. The n x (N K) matrix never
/// exists (1 GB at 55,000 x 49 x 100): a product is N additions of weight rows, in parallel over images or positions.
/// </summary>
public sealed class OneHotInput(TokenSet tokens) : IProbeInput
{
    static readonly int Lane = Vector<float>.Count;
    readonly int _positions = (int)tokens.Ids.shape[1];
    readonly int[] _rows = Rows(tokens);                          // [n, N] row of the weights

    public int Count => tokens.Labels.Length;
    public int Width => _positions * tokens.Codes;

    public Tensor Logits(Tensor weights)
    {
        var (classes, stride) = ((int)weights.shape[1], Stride(weights));
        var (rowsOfWeights, sums) = (Padded(weights, stride), new float[Count * stride]);
        Parallel.For(0, Count, image =>
        {
            var sum = sums.AsSpan(image * stride, stride);
            foreach (var row in _rows.AsSpan(image * _positions, _positions)) Add(rowsOfWeights.AsSpan(row * stride, stride), sum);
        });
        return Unpadded(sums, Count, classes, stride);
    }

    public Tensor Gradient(Tensor residuals)
    {
        var (classes, stride) = ((int)residuals.shape[1], Stride(residuals));
        var (residualRows, sums) = (Padded(residuals, stride), new float[Width * stride]);
        Parallel.For(0, _positions, position =>                   // positions own disjoint rows: no two threads meet
        {
            for (var image = 0; image < Count; image++)
                Add(residualRows.AsSpan(image * stride, stride), sums.AsSpan(_rows[image * _positions + position] * stride, stride));
        });
        return Unpadded(sums, Width, classes, stride);
    }

    static int[] Rows(TokenSet tokens)
    {
        var ids = tokens.Ids.ToArray<long>();
        var (rows, positions) = (new int[ids.Length], (int)tokens.Ids.shape[1]);
        for (var i = 0; i < rows.Length; i++)
        {
            if ((ulong)ids[i] >= (ulong)tokens.Codes)
                throw new ArgumentException($"Image {i / positions} has code {ids[i]} at position {i % positions}; the codebook has 0 to {tokens.Codes - 1}.");
            rows[i] = i % positions * tokens.Codes + (int)ids[i];
        }
        return rows;
    }

    static int Stride(Tensor matrix) => ((int)matrix.shape[1] + Lane - 1) / Lane * Lane;   // rows end at a vector's end

    static void Add(ReadOnlySpan<float> source, Span<float> target)
    {
        var from = MemoryMarshal.Cast<float, Vector<float>>(source);
        var to = MemoryMarshal.Cast<float, Vector<float>>(target);
        for (var i = 0; i < to.Length; i++) to[i] += from[i];
    }

    static float[] Padded(Tensor matrix, int stride)
    {
        var (values, classes) = (matrix.ToArray<float>(), (int)matrix.shape[1]);
        var padded = new float[matrix.shape[0] * stride];
        for (var row = 0; row < matrix.shape[0]; row++)
            for (var c = 0; c < classes; c++) padded[row * stride + c] = values[row * classes + c];
        return padded;
    }

    static Tensor Unpadded(float[] sums, int rows, int classes, int stride) =>
        torch.tensor(sums, [rows, stride]).narrow(1, 0, classes).contiguous();
}
