using System.Diagnostics;
using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Evaluation;

/// <summary>
/// Fine-tuning of a MAE-style encoder (He et al., 2022, appendix A.1 and Table 9; METHODS 3.4). Defaults: ViT-B/16 on ImageNet-1K. Views crop and
/// flip; RandAugment, erasing and mixing of the paper's recipe belong to the views and are not among these settings.
/// </summary>
public sealed record FineTuningConfig
{
    public VitConfig Encoder { get; init; } = VitConfig.Base16;
    public Views Views { get; init; } = new CropFlip(MinScale: 0.08);
    public Pooling Pooling { get; init; } = Pooling.MeanPatches;
    public int Epochs { get; init; } = 100;
    public int BatchSize { get; init; } = 1024;
    /// <summary>At batch 256; the rate is this · batch / 256.</summary>
    public double BaseLearningRate { get; init; } = 5e-4;
    public double MinLearningRate { get; init; } = 1e-6;
    public double WarmupEpochs { get; init; } = 5;
    public double WeightDecay { get; init; } = 0.05;
    /// <summary>A block learns at this times the rate of the block after it; 1: all alike.</summary>
    public double LayerDecay { get; init; } = 0.65;
    public double LabelSmoothing { get; init; } = 0.1;
    public Precision Precision { get; init; } = Precisions.Best;

    public static FineTuningConfig Base16 { get; } = new();
    public static FineTuningConfig Large16 { get; } = new() { Encoder = VitConfig.Large16, Epochs = 50, BaseLearningRate = 1e-3, LayerDecay = 0.75 };

    /// <summary>28×28 grey images: ours, since no paper has one.</summary>
    public static FineTuningConfig Mini28 { get; } = new()
    {
        Encoder = VitConfig.Mini28, Views = new CropFlip(MinScale: 0.5), Epochs = 8, BatchSize = 256, BaseLearningRate = 1e-3, WarmupEpochs = 1, LayerDecay = 0.75,
    };

    /// <param name="classes">labels to choose from</param>
    /// <param name="seed">of the head, or of everything where no encoder is given</param>
    /// <param name="encoder">a pre-trained encoder's weights by MAE's names; null: from scratch</param>
    public FineTuning Build(int classes, ulong seed, IReadOnlyDictionary<string, Tensor>? encoder = null)
    {
        using var scope = NewDisposeScope();
        var network = new VitClassifier(Encoder, classes, Pooling, Precision, seed);
        if (encoder is not null) network.StartFrom(encoder);
        return new(this, network);
    }

    /// <summary>How it is trained.</summary>
    /// <param name="seed">of order and views</param>
    public TrainingPlan Plan(ulong seed) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = BaseLearningRate * BatchSize / 256, MinLearningRate = MinLearningRate, WarmupEpochs = WarmupEpochs,
        WeightDecay = WeightDecay, Beta2 = 0.999, DecayTokens = false, LayerDecay = LayerDecay < 1 ? new(LayerDecay, Encoder.Blocks) : null, Seed = seed,
    };
}

/// <summary>A classifier while it is fine-tuned.</summary>
public sealed class FineTuning : ITrainable, IDisposable
{
    private readonly FineTuningConfig _config;

    internal FineTuning(FineTuningConfig config, VitClassifier network) => (_config, Classifier) = (config, network);

    public object Config => _config;
    public nn.Module Network => Classifier;

    /// <summary>The network.</summary>
    public VitClassifier Classifier { get; }

    public Tensor Step(Batch batch, Draw draw) =>
        nn.functional.cross_entropy(Classifier.call(_config.Views.Draw(batch, draw).Student).to(float32), batch.Labels, label_smoothing: _config.LabelSmoothing);

    /// <summary>Reads a labelled set once.</summary>
    public Classified Evaluate(ImageSet set) => Classified.Of(images => Classifier.call(images), set);

    public void Dispose() => Classifier.Dispose();
}

/// <summary>What a classifier said of a labelled set.</summary>
/// <param name="Source">The set.</param>
/// <param name="Probabilities">[n][C] after the softmax.</param>
/// <param name="Labels">[n].</param>
/// <param name="Seconds">What it took.</param>
public sealed record Classified(string Source, float[][] Probabilities, int[] Labels, double Seconds)
{
    private int[] Predicted { get; } = [.. Probabilities.Select(row => Array.IndexOf(row, row.Max()))];

    /// <summary>Runs a classifier over a set, without gradients and without augmentation.</summary>
    /// <param name="logits">images [B, C, H, W] to [B, classes]</param>
    /// <param name="set">labelled images</param>
    public static Classified Of(Func<Tensor, Tensor> logits, ImageSet set)
    {
        var start = Stopwatch.GetTimestamp();
        var features = Features.Extract(images => logits(images).to(float32).softmax(1), set);
        using var x = features.X;
        var (all, classes) = (x.ToArray<float>(), (int)x.size(1));
        if (all.Any(float.IsNaN)) throw new InvalidDataException($"The classifier gives NaN on {features.Source}; its training diverged.");
        return new(features.Source, [.. all.Chunk(classes)], features.Labels, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Top-1, as every other evaluation reports it.</summary>
    public Evaluated Top1 => new("fine-tuning", Source, [.. Predicted.Zip(Labels, (predicted, label) => predicted == label)], Seconds);

    /// <summary>Share of images whose label is among the five likeliest classes.</summary>
    public double Top5 => Probabilities.Zip(Labels, (row, label) => row.Count(p => p > row[label]) < 5 ? 1.0 : 0).Average();

    /// <summary>[label][prediction] counts.</summary>
    public int[][] Confusion()
    {
        var counts = Enumerable.Range(0, Probabilities[0].Length).Select(_ => new int[Probabilities[0].Length]).ToArray();
        foreach (var (label, predicted) in Labels.Zip(Predicted)) counts[label][predicted]++;
        return counts;
    }

    /// <summary>Right answers of every class; NaN for a class that the set has no image of.</summary>
    public double[] PerClass() => [.. Confusion().Select((row, label) => row.Sum() == 0 ? double.NaN : row[label] / (double)row.Sum())];

    /// <summary>Expected calibration error (Naeini et al., 2015): |confidence − accuracy| over equal bins of confidence, weighted by their images; 0 to 1.</summary>
    public double CalibrationError(int bins = 15) => Probabilities.Select(row => row.Max()).Zip(Predicted.Zip(Labels, (a, b) => a == b), (confidence, right) => (Confidence: confidence, Right: right))
        .GroupBy(one => Math.Min(bins - 1, (int)(one.Confidence * bins)))
        .Sum(bin => bin.Count() * Math.Abs(bin.Average(one => one.Confidence) - bin.Average(one => one.Right ? 1.0 : 0))) / Labels.Length;

    /// <summary>Places in the set of the wrong answers, the surest first: what to look at.</summary>
    public IReadOnlyList<int> WorstMistakes(int count) => [.. Enumerable.Range(0, Labels.Length).Where(i => Predicted[i] != Labels[i]).OrderByDescending(i => Probabilities[i][Predicted[i]]).Take(count)];

    public override string ToString() => FormattableString.Invariant($"{Top1}; top-5 {Top5:F4}; calibration error {CalibrationError():F4}");
}
