using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Evaluation;

/// <summary>Semantic segmentation with a pre-trained encoder. Defaults: BEiT v2's ViT-B on ADE20K after pre-training alone (METHODS 2.7).</summary>
public sealed record SegmentationConfig
{
    /// <summary>UPerNet's sizes; null: one linear layer on the patches of a frozen encoder.</summary>
    public UPerNetConfig? Head { get; init; } = new();

    /// <summary>Blocks whose patches are read, counted from 1; UPerNet reads four.</summary>
    public IReadOnlyList<int> Blocks { get; init; } = [4, 6, 8, 12];

    /// <summary>Pixels a side of what the encoder sees; its position tables are resized to it.</summary>
    public int Window { get; init; } = 512;

    /// <summary>Pixels between two windows of an image that is larger.</summary>
    public int Stride { get; init; } = 341;

    /// <summary>What training makes of an image and its mask; null: nothing, they are as large as a window.</summary>
    public SegmentationCrop? Crop { get; init; } = new(512);

    /// <summary>The shorter side that an image is brought to before it is segmented; the longer is at most four times as long. null: it stays as it is.</summary>
    public int? ShortSide { get; init; } = 512;

    public int Iterations { get; init; } = 160_000;
    public int BatchSize { get; init; } = 16;
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>A block learns at this times the rate of the block after it.</summary>
    public double LayerDecay { get; init; } = 0.75;
    public double WeightDecay { get; init; } = 0.05;
    public int WarmupIterations { get; init; } = 1500;

    /// <summary>Stochastic depth of the last block; 0 for an encoder that has none.</summary>
    public double DropPath { get; init; } = 0.15;
    public Precision Precision { get; init; } = Precisions.Best;

    public static SegmentationConfig Base16 { get; } = new();

    /// <summary>After pre-training and ImageNet-21k.</summary>
    public static SegmentationConfig Base16From21k { get; } = Base16 with { LayerDecay = 0.85 };
    public static SegmentationConfig Large16 { get; } = new()
    {
        Head = new() { Channels = 1024 }, Blocks = [8, 12, 16, 24], LearningRate = 4e-5, LayerDecay = 0.9, DropPath = 0.2,
    };

    /// <summary>After pre-training and ImageNet-21k.</summary>
    public static SegmentationConfig Large16From21k { get; } = Large16 with { LearningRate = 3e-5 };

    /// <summary>
    /// 56 × 56 grey scenes for an encoder of 28 × 28 images of six blocks: ours, no paper has one. The rate is large because logits are sums over 32 channels, not
    /// over 768: a weight moves by the rate a step.
    /// </summary>
    public static SegmentationConfig Mini56 { get; } = new()
    {
        Head = new() { Channels = 32, AuxiliaryChannels = 32 }, Blocks = [2, 3, 4, 6], Window = 56, Stride = 37, Crop = null, ShortSide = null,
        Iterations = 1875, BatchSize = 16, LearningRate = 8e-3, LayerDecay = 0.6, WarmupIterations = 50, DropPath = 0,
    };

    /// <summary>A linear layer on the frozen patches of the last block, on the same scenes: the quick look.</summary>
    public static SegmentationConfig MiniLinear56 { get; } = Mini56 with { Head = null, Blocks = [6], Iterations = 600, BatchSize = 16, LearningRate = 5e-3, WeightDecay = 0, LayerDecay = 1 };

    /// <summary>This plan for an encoder of other depth: its blocks at the same shares.</summary>
    /// <param name="depth">blocks of the encoder</param>
    public SegmentationConfig ForDepth(int depth) => this with { Blocks = [.. Blocks.Select(block => Math.Max(1, (int)Math.Round(block * (double)depth / Blocks[^1])))] };

    /// <summary>Puts a head on a copy of an encoder; the encoder itself stays as it is.</summary>
    /// <param name="encoder">pre-trained, or not</param>
    /// <param name="classes">to choose from</param>
    /// <param name="seed">of the head's starting weights</param>
    public Segmenter Build(IEncoder encoder, int classes, ulong seed) => new(encoder.ForImages(Window, Precision, DropPath), Blocks, classes, Head, Precision, seed);

    /// <summary>The learning rate of an iteration, from 0: a line from the peak to 0; warm-up multiplies it by a line from 1e-6 to 1.</summary>
    public double RateAt(int iteration) => LearningRate * (1 - iteration / (double)Iterations)
        * (iteration < WarmupIterations ? 1 - (1 - iteration / (double)WarmupIterations) * (1 - WarmupRatio) : 1);

    /// <summary>What the optimizer is told of parameters: AdamW without decay of biases, norms, class token and positions.</summary>
    public TrainingPlan Plan(int depth) => new()
    {
        Epochs = 1, BatchSize = BatchSize, LearningRate = LearningRate, WeightDecay = WeightDecay, Beta2 = 0.999, DecayTokens = false,
        LayerDecay = LayerDecay < 1 && Head is not null ? new(LayerDecay, depth) : null,
    };

    /// <summary>Says at once what would fail later.</summary>
    /// <exception cref="ArgumentException">A number makes no sense; the message names it.</exception>
    public void Check(SegmentationSource train)
    {
        if (Iterations < 1 || WarmupIterations < 0 || WarmupIterations >= Iterations) throw new ArgumentException($"Iterations is {Iterations}, WarmupIterations {WarmupIterations}; train for at least 1, and warm up for fewer than all.");
        if (BatchSize < 2 || BatchSize > train.Count) throw new ArgumentException($"BatchSize is {BatchSize} of {train.Count} images; choose 2 to {train.Count}: batch normalisation of a 1 × 1 map needs two images.");
        if (Crop is not null && Crop.Side != Window) throw new ArgumentException($"Crops are {Crop.Side} pixels wide, the encoder sees {Window}; make them equal.");
    }

    private const double WarmupRatio = 1e-6;
}
