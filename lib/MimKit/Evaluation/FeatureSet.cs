namespace MimKit.Evaluation;

/// <summary>One feature vector an image, and its class.</summary>
/// <param name="X">[n, D] float32 on the CPU.</param>
/// <param name="Labels">[n] class numbers.</param>
/// <param name="Source">Data set and split, for the log: "fashion-mnist test".</param>
public sealed record FeatureSet(Tensor X, int[] Labels, string Source = "") : IDisposable
{
    public int Count => Labels.Length;

    /// <summary>The first rows, sharing memory.</summary>
    public FeatureSet Take(int count) => new(X.narrow(0, 0, count), Labels[..count], $"{Source} (first {count:N0})");

    /// <summary>Both sets one after the other, copied: train + val once nothing is left to choose.</summary>
    public FeatureSet With(FeatureSet other) => new(torch.cat([X, other.X], 0), [.. Labels, .. other.Labels], $"{Source} + {other.Source}");

    /// <summary>The same, after a look at every value.</summary>
    /// <exception cref="InvalidDataException">A value is NaN or infinite, or there is no example.</exception>
    public FeatureSet Checked()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        if (Count == 0) throw new InvalidDataException($"{Source} has no example; give a set with at least one.");
        if (double.IsFinite(X.sum().ToDouble())) return this;
        var bad = X.sum(1).ToArray<float>().Select((sum, row) => (sum, row)).Where(pair => !float.IsFinite(pair.sum)).Select(pair => pair.row).ToList();
        throw new InvalidDataException($"{Source}: the features of {bad.Count:N0} of {Count:N0} images are NaN or infinite, the first at place {bad.FirstOrDefault()}. The encoder diverged or overflows: look at its loss, or run it with Precision.Float32.");
    }

    public void Dispose() => X.Dispose();

    public override string ToString() => $"{Source}: {Count:N0} features of width {X.shape[1]}";
}

/// <summary>One code an image position, and the image's class: the input of the one-hot control.</summary>
/// <param name="Ids">[n, N] int64 in 0 .. <paramref name="Codes"/> - 1, on the CPU.</param>
/// <param name="Codes">Size of the codebook.</param>
/// <param name="Labels">[n] class numbers.</param>
/// <param name="Source">Data set and split, for the log.</param>
public sealed record TokenSet(Tensor Ids, int Codes, int[] Labels, string Source = "") : IDisposable
{
    public void Dispose() => Ids.Dispose();
}
