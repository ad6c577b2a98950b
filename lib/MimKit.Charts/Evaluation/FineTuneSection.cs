using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Metrics;
using static System.FormattableString;

namespace MimKit.Charts;

/// <summary>The whole network trained on labels, beside the same network from scratch.</summary>
internal static class FineTuneSection
{
    const int Mistakes = 200, Confusions = 6, AcrossMistakes = 6, LargeImage = 128, LeastSteps = 300;

    public static Section Of(EvaluationSubject subject)
    {
        var settings = (subject.Encoder.Config.ImageSize < LargeImage ? FineTuningConfig.Mini28 : FineTuningConfig.Base16) with { Encoder = subject.Encoder.Config };
        settings = settings with { Epochs = Math.Max(settings.Epochs, LeastSteps / Math.Max(1, subject.Train.Count / settings.BatchSize)) };      // a small set is gone through more often
        FineTuned[] rows = [FineTuned.Of("from scratch, as many epochs", settings.FromScratch(), subject, null), FineTuned.Of(subject.Name, settings, subject, subject.Encoder)];
        var (said, own) = (rows[1].Test, rows[1]);
        var against = FrozenTable.Against(said.Top1.Correct, rows[0].Test.Top1.Correct);
        return new(Invariant($"Fine-tuned top-1 {100 * said.Top1.Accuracy:F2} % on test; the same network from scratch, given as many epochs with labels, {100 * rows[0].Test.Top1.Accuracy:F2} %: a difference of {against.Text} points. Pre-training is not counted in these epochs."),
            new Dictionary<string, double>
            {
                ["finetune"] = said.Top1.Accuracy, ["finetune, top-5"] = said.Top5, ["finetune, calibration error"] = said.CalibrationError(),
                ["finetune, from scratch"] = rows[0].Test.Top1.Accuracy,
            },
            [Table(rows).MimeBundle(), PerClass(said, subject.Train).MimeBundle(), Confusion(said, subject.Train).MimeBundle(), Reliability(rows).MimeBundle(), .. Worst(said, subject)]);
    }

    static MetricTable Table(IReadOnlyList<FineTuned> rows) => new("Fine-tuning", ["network", "val, %", "top-1, %", "top-5, %", "ECE, %", "minutes"], [.. rows.Select(row => (object?[])
    [
        row.Name, FrozenTable.Percent(row.Val), FrozenTable.Percent(row.Test.Top1.Accuracy), FrozenTable.Percent(row.Test.Top5), FrozenTable.Percent(row.Test.CalibrationError()), new ShownNumber(row.Minutes, Invariant($"{row.Minutes:F1}")),
    ])], $"{rows[0].Test.Source}, {rows[0].Test.Labels.Length:N0} images, one seed. {Settings(rows[^1].Config)}; from scratch without layer decay. ECE: expected calibration error, 15 bins");

    static string Settings(FineTuningConfig config) => string.Join(", ", new[]
    {
        Invariant($"{config.Epochs} epochs, batch {config.BatchSize}, rate {config.BaseLearningRate:G3} at batch 256, layer decay {config.LayerDecay}, weight decay {config.WeightDecay}, drop path {config.DropPath}, label smoothing {config.LabelSmoothing}"),
        config.Augment is null ? "no RandAugment" : "RandAugment", config.Erasing is null ? "no erasing" : "erasing", config.Mixing is null ? "no mixing" : "mixup and CutMix", config.AverageDecay is null ? "no average of weights" : "average of weights",
    });

    static MetricTable PerClass(Classified said, ImageSet set)
    {
        var (right, confusion) = (said.PerClass(), said.Confusion());
        return new("Class by class", ["class", "images", "right, %", "taken most often for"], [.. Enumerable.Range(0, right.Length).Where(label => confusion[label].Sum() > 0).OrderBy(label => right[label]).Select(label => (object?[])
        [
            set.Classes[label], confusion[label].Sum(), FrozenTable.Percent(right[label]), Enumerable.Range(0, right.Length).Where(other => other != label).MaxBy(other => confusion[label][other]) is var most && confusion[label][most] > 0 ? $"{set.Classes[most]} ({confusion[label][most]})" : "",
        ])], "the hardest first; classes without an image in the set are left out");
    }

    static Figure Confusion(Classified said, ImageSet set)
    {
        var counts = said.Confusion();
        var shares = new double[counts.Length, counts.Length];
        for (var label = 0; label < counts.Length; label++)
            for (var other = 0; other < counts.Length; other++) shares[label, other] = counts[label].Sum() == 0 ? double.NaN : counts[label][other] / (double)counts[label].Sum();
        return Chart.Heatmap("Confusion", "said", "is", "share of the class", shares, set.Classes, set.Classes);
    }

    static Figure Reliability(IReadOnlyList<FineTuned> rows) => Chart.Lines("Calibration: is it as right as it is sure?", "confidence, %", "accuracy, %",
    [
        .. rows.Select(row => new Series(row.Name, [.. row.Test.Reliability().Select(bin => 100 * bin.Confidence)], [.. row.Test.Reliability().Select(bin => 100 * bin.Accuracy)])),
        new("perfectly calibrated", [0, 100], [0, 100]),
    ]);

    // the commonest confusions among the surest mistakes, a row each; nothing where there is none
    static IEnumerable<IReadOnlyDictionary<string, object>> Worst(Classified said, EvaluationSubject subject)
    {
        var set = subject.Shown;
        var rows = said.WorstMistakes(Mistakes).GroupBy(i => (Is: set.Labels[i], Said: said.Predicted[i])).OrderByDescending(confused => confused.Count()).Take(Confusions).ToList();
        if (rows.Count == 0) return [];
        return
        [
            Chart.Images("The surest mistakes on test: what was taken for what", [.. rows.Select(confused => (IReadOnlyList<Tile>)[.. confused.Take(AcrossMistakes).Select(i => Tile.Chw(set.Image(i), set.Height, set.Width, set.Channels) with
            {
                Hover = Invariant($"image {i}: {100 * said.Probabilities[i][said.Predicted[i]]:F0} % {set.Classes[said.Predicted[i]]}, {100 * said.Probabilities[i][set.Labels[i]]:F0} % {set.Classes[set.Labels[i]]}"),
            })])], [.. rows.Select(confused => $"{set.Classes[confused.Key.Is]} → {set.Classes[confused.Key.Said]}")]).MimeBundle(),
        ];
    }
}
