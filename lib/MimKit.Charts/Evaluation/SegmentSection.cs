using System.Diagnostics;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Metrics;
using MimKit.Models;
using MimKit.Runtime;
using static System.FormattableString;

namespace MimKit.Charts;

/// <summary>The protocol "segment": a linear head on frozen patches and UPerNet, each beside its controls, on scenes that are made of the model's own data set, or on ADE20K.</summary>
internal static class SegmentSection
{
    private const int MostEpochs = 3;                                              // over scenes, which are many and alike

    private sealed record Row(string Name, bool IsControl, SegmentationScore Score, double Minutes);

    public static Section Of(EvaluationSubject subject)
    {
        var (data, linear, full) = Setting(subject);
        var rows = new List<Row>();
        using var pixels = new RawPatches(subject.Encoder.Grid);
        using var random = Untrained(subject);
        foreach (var (name, encoder) in new[] { ("raw pixels", (IEncoder)pixels), ("random encoder", random), (subject.Name, subject.Encoder) })
            rows.Add(Measured(name, encoder, linear.ForDepth(encoder.Config.Blocks)));
        foreach (var (name, encoder) in new[] { ("random encoder", random), (subject.Name, subject.Encoder) })
            rows.Add(Measured(name, encoder, full.ForDepth(encoder.Config.Blocks)));

        var own = rows[^1].Score;
        return new(Invariant($"UPerNet: {100 * own.MeanIoU:F1} % mIoU on {own.Source}; the same from an untrained encoder {100 * rows[^2].Score.MeanIoU:F1} %. A linear head on frozen patches: {100 * rows[2].Score.MeanIoU:F1} %."),
            rows.ToDictionary(row => $"mIoU, {row.Score.Measure}{(row.IsControl ? $", {row.Name}" : "")}", row => row.Score.MeanIoU),
            Table(rows, data, subject).MimeBundle(), Chart.Segmentation(own).MimeBundle(), own.MimeBundle(), Chart.ClassIoU(own).MimeBundle());

        Row Measured(string name, IEncoder encoder, SegmentationConfig config)
        {
            var start = Stopwatch.GetTimestamp();
            using var segmenter = config.Build(encoder, data.Train.ClassCount, subject.Seed);
            Segmentation.Train(segmenter, data.Train, config, encoder.Config.Blocks, subject.Seed, subject.Output);
            var minutes = Stopwatch.GetElapsedTime(start).TotalMinutes;
            subject.ReadElsewhere($"{segmenter.Head}: {name}", data.Test);
            return new(name, encoder != subject.Encoder, Segmentation.Evaluate(segmenter, data.Test, config, examples: 8), minutes);
        }
    }

    private static (SegmentationSplits Data, SegmentationConfig Linear, SegmentationConfig Full) Setting(EvaluationSubject subject)
    {
        var manifest = Datasets.All.FirstOrDefault(one => one.Format == DataFormat.Scenes && one.From == subject.Train.Name);
        if (manifest is null)
        {
            if (subject.Encoder.Config.Channels != 3) throw new ArgumentException($"There are no scenes made of {subject.Train.Name}, and ADE20K's images have three channels; this encoder takes {subject.Encoder.Config.Channels}.");
            var paper = subject.Encoder is BeitVit ? SegmentationConfig.Base16 : SegmentationConfig.Base16 with { DropPath = 0 };
            return (Datasets.OpenSegmentation("ade20k"), paper with { Head = null, Blocks = [12], WeightDecay = 0, LearningRate = 1e-3 }, paper);
        }
        var data = Datasets.OpenSegmentation(manifest.Name);
        if (subject.Train.Count < data.Train.Count) data = new(First(data.Train), First(data.Val), First(data.Test));     // as many as the images that are looked at
        SegmentationConfig Fitted(SegmentationConfig config) => Shortened(config with { Window = manifest.Image.Height, Stride = manifest.Image.Height }, data.Train.Count);
        return (data, Fitted(SegmentationConfig.MiniLinear56), Fitted(SegmentationConfig.Mini56));

        SegmentationSource First(SegmentationSource source) => ((SegmentationSet)source).Take(Math.Min(source.Count, subject.Train.Count));
    }

    private static SegmentationConfig Shortened(SegmentationConfig config, int images)
    {
        var batch = Math.Clamp(images, 2, config.BatchSize);
        var iterations = Math.Min(config.Iterations, Math.Max(2, MostEpochs * images / batch));
        return config with { BatchSize = batch, Iterations = iterations, WarmupIterations = Math.Min(config.WarmupIterations, iterations / 10) };
    }

    private static Vit Untrained(EvaluationSubject subject)
    {
        using var scope = NewDisposeScope();
        var network = new Vit(subject.Encoder.Config, Precisions.Best);
        MaeInitialisation.Apply(network, subject.Seed);
        network.eval();
        return network;
    }

    private static MetricTable Table(IReadOnlyList<Row> rows, SegmentationSplits data, EvaluationSubject subject) => new("Semantic segmentation",
        ["encoder", "head", "mIoU, %", "mAcc, %", "aAcc, %", "minutes of training"],
        [.. rows.Select(row => new object?[] { row.IsControl ? row.Name : $"{row.Name} (this model)", row.Score.Measure, FrozenTable.Percent(row.Score.MeanIoU), FrozenTable.Percent(row.Score.MeanAccuracy), FrozenTable.Percent(row.Score.PixelAccuracy), row.Minutes })],
        $"{rows[0].Score.Source}, {data.Test.Count:N0} images, trained on {data.Train.Count:N0}, seed {subject.Seed}; nothing was chosen. UPerNet trains the encoder too; rows with the same head were trained for the same number of steps."
            + string.Concat(subject.Absent.Select(what => $" Not shown: {what}.")));
}
