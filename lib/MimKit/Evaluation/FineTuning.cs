using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Evaluation;

/// <summary>
/// Fine-tuning of a pre-trained encoder. Defaults: MAE's ViT-B/16 on ImageNet-1K (He et al., 2022, appendix A.1 and Table 9; METHODS 3.4); BEiT v2's settings are presets (METHODS 2.5). Learning
/// rates fall from block to block; images are cropped, mirrored, augmented, erased and mixed, in this order.
/// </summary>
public sealed record FineTuningConfig
{
    /// <summary>Of a network from scratch; a pre-trained encoder brings its own shape.</summary>
    public VitConfig Encoder { get; init; } = VitConfig.Base16;
    public Views Views { get; init; } = new CropFlip(MinScale: 0.08);
    public RandAugment? Augment { get; init; } = new();
    public RandomErasing? Erasing { get; init; } = new();
    /// <summary>Mixup and CutMix; their smoothing is <see cref="LabelSmoothing"/>.</summary>
    public Mixing? Mixing { get; init; } = new();
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
    /// <summary>Stochastic depth of the last block.</summary>
    public double DropPath { get; init; } = 0.1;
    public double LabelSmoothing { get; init; } = 0.1;
    /// <summary>Decay of a moving average of the weights, which val may prefer to them; null: none.</summary>
    public double? AverageDecay { get; init; }
    public Precision Precision { get; init; } = Precisions.Best;

    public static FineTuningConfig Base16 { get; } = new();
    public static FineTuningConfig Large16 { get; } = new() { Encoder = VitConfig.Large16, Epochs = 50, BaseLearningRate = 1e-3, LayerDecay = 0.75, DropPath = 0.2 };

    /// <summary>BEiT v2 base after 1600 epochs of pre-training; the released rate of 5e-4 is at batch 1024.</summary>
    public static FineTuningConfig BeitV2Base16 { get; } = new() { WarmupEpochs = 20, BaseLearningRate = 1.25e-4, LayerDecay = 0.6, DropPath = 0.2 };

    /// <summary>BEiT v2 base after 300 epochs of pre-training.</summary>
    public static FineTuningConfig BeitV2Base16After300 { get; } = BeitV2Base16 with { LayerDecay = 0.65, DropPath = 0.1 };

    /// <summary>BEiT v2 base after an intermediate fine-tuning on ImageNet-21k.</summary>
    public static FineTuningConfig BeitV2Base16After21k { get; } = BeitV2Base16 with { Epochs = 30, BaseLearningRate = 1.25e-5, LayerDecay = 0.75, DropPath = 0.1, Mixing = null };

    /// <summary>BEiT v2 large after 1600 epochs of pre-training.</summary>
    public static FineTuningConfig BeitV2Large16 { get; } = new() { Encoder = VitConfig.Large16, Epochs = 50, BaseLearningRate = 5e-5, LayerDecay = 0.8, DropPath = 0.2 };

    /// <summary>BEiT v2 large after 300 epochs of pre-training.</summary>
    public static FineTuningConfig BeitV2Large16After300 { get; } = BeitV2Large16 with { BaseLearningRate = 1.25e-4 };

    /// <summary>BEiT v2 large after an intermediate fine-tuning on ImageNet-21k.</summary>
    public static FineTuningConfig BeitV2Large16After21k { get; } = BeitV2Large16 with { Epochs = 20, BaseLearningRate = 1.75e-5, DropPath = 0.25, Mixing = null };

    /// <summary>BEiT v2's intermediate fine-tuning of the base model on ImageNet-21k.</summary>
    public static FineTuningConfig BeitV2Base21k { get; } = BeitV2Base16 with { Epochs = 90, BatchSize = 4096, BaseLearningRate = 3.75e-5, LayerDecay = 0.75, DropPath = 0.1 };

    /// <summary>BEiT v2's intermediate fine-tuning of the large model on ImageNet-21k.</summary>
    public static FineTuningConfig BeitV2Large21k { get; } = BeitV2Base21k with { Encoder = VitConfig.Large16, DropPath = 0.2 };

    /// <summary>28×28 grey images: ours, since no paper has one. Operators on colours and mixing want longer trainings.</summary>
    public static FineTuningConfig Mini28 { get; } = new()
    {
        Encoder = VitConfig.Mini28, Views = new CropFlip(MinScale: 0.5), Augment = null, Mixing = null, Epochs = 8, BatchSize = 256, BaseLearningRate = 1e-3, WarmupEpochs = 1, LayerDecay = 0.75,
    };

    /// <summary>The same for a network without pre-training: all layers learn alike, since none knows anything yet.</summary>
    public FineTuningConfig FromScratch() => this with { LayerDecay = 1 };

    /// <param name="train">tells the classes, and how images are normalised</param>
    /// <param name="seed">of the head, or of everything where no encoder is given</param>
    /// <param name="encoder">pre-trained, not changed; null: from scratch</param>
    /// <exception cref="ArgumentException">The encoder is of a kind that has no classifier.</exception>
    public FineTuning Build(ImageSet train, ulong seed, IEncoder? encoder = null)
    {
        using var scope = NewDisposeScope();
        return new(this, Network(train.ClassCount, seed, encoder), train);
    }

    /// <summary>How it is trained.</summary>
    /// <param name="seed">of order and views</param>
    /// <param name="blocks">of the network; null: <see cref="Encoder"/>'s</param>
    public TrainingPlan Plan(ulong seed, int? blocks = null) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = BaseLearningRate * BatchSize / 256, MinLearningRate = Math.Min(MinLearningRate, BaseLearningRate * BatchSize / 256),
        WarmupEpochs = Math.Min(WarmupEpochs, Epochs / 2.0), WeightDecay = WeightDecay, Beta2 = 0.999, DecayTokens = false,
        LayerDecay = LayerDecay < 1 ? new(LayerDecay, blocks ?? Encoder.Blocks) : null, AverageDecay = AverageDecay, Seed = seed,
    };

    private IClassifier Network(int classes, ulong seed, IEncoder? encoder)
    {
        switch (encoder)
        {
            case null: return new VitClassifier(Encoder, classes, Pooling, Precision, seed, DropPath);
            case BeitVit beit:
                var parts = BeitClassifier.Parts with { LayerScale = beit.Parts.LayerScale, Positions = beit.Parts.Positions, QueryValueBias = beit.Parts.QueryValueBias, DropPath = DropPath };
                var own = new BeitClassifier(beit.Config, parts, classes, Pooling, Precision, seed);
                own.StartFrom(beit.state_dict());
                return own;
            case nn.Module module and (Vit or LearnedVit):
                var classifier = new VitClassifier(encoder.Config, classes, Pooling, Precision, seed, DropPath);
                classifier.StartFrom(module.state_dict());
                return classifier;
            default: throw new ArgumentException($"There is no classifier for a {encoder.GetType().Name}; known are {nameof(Vit)}, {nameof(LearnedVit)} and {nameof(BeitVit)}.");
        }
    }
}

/// <summary>A classifier while it is fine-tuned.</summary>
public sealed class FineTuning : ITrainable, IDisposable
{
    private readonly FineTuningConfig _config;
    private readonly BatchAugmentation _augmentation;
    private readonly int _classes;

    internal FineTuning(FineTuningConfig config, IClassifier network, ImageSet train) =>
        (_config, Classifier, _augmentation, _classes) = (config, network, new(config.Augment, config.Erasing, train.Manifest.Image), train.ClassCount);

    public object Config => _config;
    public nn.Module Network => (nn.Module)Classifier;

    /// <summary>The network.</summary>
    public IClassifier Classifier { get; }

    public Tensor Step(Batch batch, Draw draw)
    {
        var images = _augmentation.Apply(_config.Views.Draw(batch, draw).Student, draw);
        if (_config.Mixing is not { } mixing)
            return nn.functional.cross_entropy(Logits(images, draw), batch.Labels, label_smoothing: _config.LabelSmoothing);
        var (mixed, targets) = (mixing with { Smoothing = _config.LabelSmoothing }).Draw(images, batch.Labels, _classes, draw);
        return -(targets * Logits(mixed, draw).log_softmax(1)).sum([1L]).mean();
    }

    private Tensor Logits(Tensor images, Draw? draw) => Classifier.Head(Classifier.Features(images, draw)).to(float32);

    /// <summary>Reads a labelled set once.</summary>
    public Classified Evaluate(ImageSet set) => Classified.Of(images => Logits(images, null), set);

    public void Dispose() => Network.Dispose();
}
