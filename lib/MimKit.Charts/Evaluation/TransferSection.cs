using MimKit.Evaluation;
using MimKit.Metrics;
using static System.FormattableString;

namespace MimKit.Charts;

/// <summary>Few labels of the same data, and other data.</summary>
internal static class TransferSection
{
    static readonly double[] Shares = [0.01, 0.1];
    static readonly int[] Shots = [1, 5];
    const int Draws = 3, Episodes = 200;

    public static Section Of(EvaluationSubject subject)
    {
        var shares = Shares.Select(share => FewLabels.Share(subject, share, Draws)).ToList();
        var shots = Shots.Select(count => FewLabels.Shots(subject, count, episodes: Episodes)).ToList();
        var others = subject.Others.Select(data => (Data: data.Train.Name, Rows: Transferred(subject, data))).ToList();
        var numbers = shares.Concat(shots).SelectMany(rows => rows).ToDictionary(row => row.IsControl ? $"{row.Setting}, {row.Name}" : row.Setting, row => row.Mean);
        foreach (var (data, (knn, linear)) in others)
            foreach (var (measure, rows) in new[] { ("kNN", knn), ("logistic regression", linear) })
                foreach (var row in rows) numbers[row.IsControl ? $"{data}, {measure}, {row.Name}" : $"{data}, {measure}"] = row.Test.Accuracy;
        return new(Summary(shares[0]), numbers,
        [
            Table($"A share of the labels: logistic regression, % right, mean ± deviation over {Draws} draws", shares, Invariant($"all of test is read; pooling and penalty chosen on as many labelled images of val as of train; the same images for every row. Labelled images of train: {string.Join(", ", shares.Select(rows => Invariant($"{rows[0].Labels:N0}")))}")).MimeBundle(),
            Curves(shares).MimeBundle(),
            Table($"A few images a class: nearest mean by cosine, % right, mean ± deviation over {Episodes} episodes", shots, "episodes of test images, the same for every row; pooling chosen on episodes of val").MimeBundle(),
            .. others.Count == 0 ? [] : new[] { Transfer(others).MimeBundle() },
        ]);
    }

    static string Summary(IReadOnlyList<FewLabelsRow> rows)
    {
        var (own, best) = (rows[^1], rows.Where(row => row.IsControl).MaxBy(row => row.Mean));
        var said = Invariant($"With {own.Setting} ({own.Labels:N0} images) a logistic regression reaches {100 * own.Mean:F2} % on test");
        return best is null ? $"{said}." : Invariant($"{said}; the best control, {best.Name}, {100 * best.Mean:F2} %.");
    }

    static (IReadOnlyList<FrozenRow> Knn, IReadOnlyList<FrozenRow> Linear) Transferred(EvaluationSubject subject, Data.DataSplits data)
    {
        using var there = subject.On(data);
        return (FrozenTable.Knn(there), FrozenTable.Logistic(there));
    }

    static MetricTable Table(string title, IReadOnlyList<IReadOnlyList<FewLabelsRow>> settings, string note) =>
        new(title, ["features", .. settings.Select(rows => rows[0].Setting)], [.. Enumerable.Range(0, settings[0].Count).Select(row => (object?[])
        [
            settings[0][row].IsControl ? settings[0][row].Name : $"{settings[0][row].Name} (this model)",
            .. settings.Select(rows => new ShownNumber(100 * rows[row].Mean, Invariant($"{100 * rows[row].Mean:F1} ± {100 * rows[row].Deviation:F1}"))),
        ])], note);

    static Figure Curves(IReadOnlyList<IReadOnlyList<FewLabelsRow>> settings) => Chart.Lines("Accuracy by labels", "labelled images", "accuracy on test, %",
        [.. Enumerable.Range(0, settings[0].Count).Select(row => new Series(settings[0][row].Name, [.. settings.Select(rows => (double)rows[row].Labels)], [.. settings.Select(rows => 100 * rows[row].Mean)])
        {
            Low = [.. settings.Select(rows => 100 * (rows[row].Mean - rows[row].Deviation))], High = [.. settings.Select(rows => 100 * (rows[row].Mean + rows[row].Deviation))],
        })], logX: true);

    static MetricTable Transfer(IReadOnlyList<(string Data, (IReadOnlyList<FrozenRow> Knn, IReadOnlyList<FrozenRow> Linear) Rows)> others) =>
        new("Other data sets, frozen features", ["features", .. others.SelectMany(other => new[] { $"{other.Data}: kNN, %", $"{other.Data}: logistic regression, %" })], [.. Enumerable.Range(0, others[0].Rows.Knn.Count).Select(row => (object?[])
        [
            others[0].Rows.Knn[row].Name, .. others.SelectMany(other => new object[] { FrozenTable.Percent(other.Rows.Knn[row].Test.Accuracy), FrozenTable.Percent(other.Rows.Linear[row].Test.Accuracy) }),
        ])], "images brought to the model's size and channels; chosen on val, test read once a cell");
}
