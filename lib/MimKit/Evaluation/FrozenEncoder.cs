using MimKit.Data;

namespace MimKit.Evaluation;

/// <summary>What a frozen representation is worth, by the two measures that train nothing but a linear layer.</summary>
/// <param name="Knn">kNN-20, train + val as the gallery.</param>
/// <param name="Probe">Linear probe: fitted on train, strength chosen on val, refitted on both.</param>
public sealed record FrozenResult(Evaluated Knn, ProbeResult Probe)
{
    public override string ToString() => $"{Knn}; {Probe}";
}

/// <summary>kNN and linear probe of one representation; test is read once by each.</summary>
public static class FrozenEncoder
{
    /// <summary>Evaluates an encoder.</summary>
    /// <param name="encode">Images [B, C, H, W] float32, normalised, to features [B, D].</param>
    /// <param name="data">The three splits.</param>
    public static FrozenResult Evaluate(Func<Tensor, Tensor> encode, DataSplits data) => Evaluate(set => Features.Extract(encode, set), data);

    /// <summary>The control without an encoder.</summary>
    public static FrozenResult OfRawPixels(DataSplits data) => Evaluate(Features.RawPixels, data);

    static FrozenResult Evaluate(Func<ImageSet, FeatureSet> features, DataSplits data)
    {
        using var scope = NewDisposeScope();
        var (train, val, test) = (features(data.Train), features(data.Val), features(data.Test));
        return new(Knn.Classify(train.With(val), test), LinearProbe.Fit(train, val, test));
    }
}
