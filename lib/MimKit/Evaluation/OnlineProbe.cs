using MimKit.Data;
using MimKit.Metrics;

namespace MimKit.Evaluation;

/// <summary>One look at a representation while it is trained; both on val.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Knn">Accuracy of kNN-20, 0 to 1.</param>
/// <param name="Linear">Accuracy of a logistic regression.</param>
public sealed record OnlinePoint(int Epoch, double Knn, double Linear);

/// <summary>
/// Watches features while they are trained: every few epochs a kNN and a logistic regression on part of train, measured on part of val; test is never read.
/// <c>new Trainer(method, train, plan) { OnEpoch = probe.Look }</c>.
/// </summary>
/// <param name="encode">Images [B, C, H, W] to features [B, D]: <c>method.Encode</c>.</param>
/// <param name="train">Its first images are the gallery.</param>
/// <param name="val">Its first images are measured.</param>
/// <param name="every">Epochs between two looks.</param>
/// <param name="gallery">Images of train.</param>
/// <param name="queries">Images of val.</param>
public sealed class OnlineProbe(Func<Tensor, Tensor> encode, ImageSet train, ImageSet val, int every = 1, int gallery = 5000, int queries = 2000)
{
    private static readonly ProbePlan Quick = new() { L2 = [1e-3], Refit = false };
    private readonly List<OnlinePoint> _points = [];

    /// <summary>Every look so far.</summary>
    public IReadOnlyList<OnlinePoint> Points => _points;

    /// <summary>Called with every look.</summary>
    public Action<OnlinePoint>? OnLook { get; init; }

    /// <summary>Looks, where the epoch is due.</summary>
    /// <param name="epoch">Epochs done.</param>
    public void Look(int epoch)
    {
        if (epoch % every != 0) return;
        using var scope = NewDisposeScope();
        var (shown, asked) = (Features.Extract(encode, train.Take(Math.Min(gallery, train.Count))), Features.Extract(encode, val.Take(Math.Min(queries, val.Count))));
        using var probe = LinearProbe.Choose(shown, asked, Quick);
        _points.Add(new(epoch, Knn.Classify(shown, asked, Math.Min(20, shown.Count)).Accuracy, probe.BestVal));
        OnLook?.Invoke(_points[^1]);
    }

    /// <summary>The looks as a table: text/html and text/plain.</summary>
    public MetricTable Table => new("While it was trained", ["epoch", "kNN-20, val, %", "logistic regression, val, %"], [.. _points.Select(point => (object?[])[point.Epoch, FrozenTable.Percent(point.Knn), FrozenTable.Percent(point.Linear)])],
        $"{val.Name}: first {Math.Min(gallery, train.Count):N0} images of train, first {Math.Min(queries, val.Count):N0} of val");

    /// <summary>text/html, text/plain and the table's JSON.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => Table.MimeBundle();
}
