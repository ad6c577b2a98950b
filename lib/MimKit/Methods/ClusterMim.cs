// On the Role of Discrete Tokenization in Visual Representation Learning.
// Tianqi Du, Yifei Wang, Yisen Wang. ICLR 2024, arXiv 2407.09087.
//
// MAE, with the pixels it regresses replaced by the number of the k-means cluster that each hidden patch falls into. Values: METHODS 3.2, 3.3.

using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Methods;

// Quirks of the released code (PKU-ML/ClusterMIM @dad4346), behind Fidelity.AsReleased:
//   its token_normalize compares l2-normalised tokens with centres that are not normalised, by dot product; the flag is off by default in
//   the script and on by default in the class. Its tokenizer loads no weights and there is no pixel path; ours is the natural one.

/// <summary>ClusterMIM with pixel clusters (Du, Wang and Wang, ICLR 2024, arXiv 2407.09087). Defaults: ViT-B/16.</summary>
public sealed record ClusterMimConfig
{
    public VitConfig Encoder { get; init; } = VitConfig.Base16;
    public DecoderConfig Decoder { get; init; } = DecoderConfig.Base;
    public Views Views { get; init; } = new CropFlip(MinScale: 0.2);
    public Masking Masking { get; init; } = new RandomMasking(0.75);               // code default

    /// <summary>K. 50 is the code's default for pixels; the sizes behind each of the paper's tables were not found.</summary>
    public int Clusters { get; init; } = 50;
    /// <summary>Passes of k-means over the images.</summary>
    public int ClusterEpochs { get; init; } = 100;
    /// <summary>Images of one k-means batch.</summary>
    public int ClusterBatch { get; init; } = 256;

    public double LabelSmoothing { get; init; }                                    // the code offers 0.1, off by default

    /// <summary>At which granularity clusters are compared; ClusterMIM does so patch by patch.</summary>
    public Morphing Morphing { get; init; } = Morphing.None;

    /// <summary>The run folder of a trained tokenizer, opened by the command line; <see cref="Build(Target, ulong, Target?)"/> is given the codes themselves.</summary>
    public string Tokenizer { get; init; } = "";

    /// <summary>The run folder of a trained teacher, opened by the command line; <see cref="Build(Target, ulong, Target?)"/> is given the features themselves.</summary>
    public string Teacher { get; init; } = "";

    /// <summary>The term that is added where features are given.</summary>
    public FeatureTerm Added { get; init; } = new();

    public int Epochs { get; init; } = 200;                                        // on ImageNet-1k, from a review; the code's default is 400
    public int BatchSize { get; init; } = 4096;                                    // not found; MAE's
    /// <summary>At batch 256; the rate is this · batch / 256. The paper's value was not found: MAE's, where the code's default is 1e-3.</summary>
    public double BaseLearningRate { get; init; } = 1.5e-4;
    public double WarmupEpochs { get; init; } = 40;
    public double WeightDecay { get; init; } = 0.05;
    public double Beta1 { get; init; } = 0.9;
    public double Beta2 { get; init; } = 0.95;

    /// <summary>dtype of activations; default: bfloat16 where the hardware multiplies it.</summary>
    public Precision Precision { get; init; } = Precisions.Best;
    public Fidelity Follow { get; init; } = Fidelity.Paper;

    public static ClusterMimConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16, Decoder = DecoderConfig.Small };

    /// <summary>ViT-S/16, which ClusterMIM added to MAE's sizes.</summary>
    public static ClusterMimConfig Small16 { get; } = new() { Encoder = VitConfig.Small16, Decoder = DecoderConfig.Small };
    public static ClusterMimConfig Base16 { get; } = new();
    public static ClusterMimConfig Large16 { get; } = new() { Encoder = VitConfig.Large16 };

    /// <summary>28×28 grey images, 12 of 49 patches visible (METHODS 5.3): ours, since no paper has one.</summary>
    public static ClusterMimConfig Mini28 { get; } = new()
    {
        Encoder = VitConfig.Mini28, Decoder = DecoderConfig.Mini28, Views = Views.Plain, Clusters = 100, ClusterEpochs = 5,
        Epochs = 12, BatchSize = 256, BaseLearningRate = 1e-3, WarmupEpochs = 1,
    };

    /// <summary>The tokenizer: k-means on the pixel patches of the training images.</summary>
    public Clusters Cluster(ImageSet train, ulong seed) =>
        new PixelClustering { Clusters = Clusters, Epochs = ClusterEpochs, BatchSize = ClusterBatch, Seed = seed }.Fit(train, Encoder.Grid());

    /// <summary>The method: predict the cluster of every hidden patch.</summary>
    /// <param name="clusters">from <see cref="Cluster"/>; must outlive the method</param>
    /// <param name="seed">of the starting weights</param>
    /// <param name="features">a teacher's features, for <see cref="Added"/>; null: no such term</param>
    public Method Build(Clusters clusters, ulong seed, Target? features = null)
    {
        if (clusters.Count != Clusters) throw new ArgumentException($"The configuration says {Clusters} clusters, but {clusters.Count} were given. Set Clusters = {clusters.Count}.");
        return Build(new ClusterTarget(clusters, Follow), seed, features);
    }

    /// <summary>The same with any tokenizer: clusters of a teacher's features (ClusterMIM DINO), VQ-KD codes.</summary>
    /// <param name="tokenizer">gives ids; must outlive the method</param>
    /// <param name="seed">of the starting weights</param>
    /// <param name="features">a teacher's features, for <see cref="Added"/>; null: no such term</param>
    public Method Build(Target tokenizer, ulong seed, Target? features = null)
    {
        using var scope = NewDisposeScope();
        var predictor = new MaePredictor(new MaskedAutoencoder(Encoder, Decoder, tokenizer.Size, Precision, seed, features?.Size ?? 0));
        return new(this, Views, Masking, predictor,
            Added.After(features, new Term(Output.Mim, tokenizer, Positions.Masked, Morphing, new CrossEntropy(LabelSmoothing))));
    }

    /// <summary>How it is trained.</summary>
    /// <param name="seed">of order, masks and views</param>
    public TrainingPlan Plan(ulong seed) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = BaseLearningRate * BatchSize / 256, WarmupEpochs = WarmupEpochs,
        WeightDecay = WeightDecay, Beta1 = Beta1, Beta2 = Beta2, Seed = seed,
    };
}
