// The control that every table of frozen features needs: the same encoder, trained with labels for as much arithmetic.

using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Methods;

/// <summary>A ViT classifier trained from scratch: mean-pooled patches, a linear head, cross-entropy.</summary>
public sealed record SupervisedConfig
{
    public VitConfig Encoder { get; init; } = VitConfig.Base16;
    public Views Views { get; init; } = new CropFlip(MinScale: 0.2);
    public required int Epochs { get; init; }
    public int BatchSize { get; init; } = 256;
    /// <summary>At batch 256; the rate is this · batch / 256.</summary>
    public double BaseLearningRate { get; init; } = 1e-3;
    public double WarmupEpochs { get; init; } = 0.5;
    public double WeightDecay { get; init; } = 0.05;
    public Precision Precision { get; init; } = Precisions.Best;

    // as many epochs as BEiT v2's pre-training
    public static SupervisedConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16, Epochs = 300 };
    public static SupervisedConfig Small16 { get; } = new() { Encoder = VitConfig.Small16, Epochs = 300 };
    public static SupervisedConfig Base16 { get; } = new() { Epochs = 300 };
    public static SupervisedConfig Large16 { get; } = new() { Encoder = VitConfig.Large16, Epochs = 300 };

    /// <summary>28×28 grey images: ours.</summary>
    public static SupervisedConfig Mini28 { get; } = new() { Encoder = VitConfig.Mini28, Views = Views.Plain, Epochs = 12 };

    /// <summary>
    /// As many epochs as a masked method's arithmetic pays for: an encoder that sees every patch costs a multiple of one that sees few, even
    /// with the decoder added. Linear layers are counted (12 D² a token and block), attention's products are not.
    /// </summary>
    /// <param name="epochs">of the masked method</param>
    /// <param name="encoder">its encoder, and this one's</param>
    /// <param name="decoder">its decoder</param>
    /// <param name="visible">patches its encoder sees</param>
    public static int EqualCompute(int epochs, VitConfig encoder, DecoderConfig decoder, int visible)
    {
        var patches = encoder.Grid().Count;
        var masked = Cost(encoder.Width, encoder.Blocks, 1 + visible) + Cost(decoder.Width, decoder.Blocks, 1 + patches);
        return Math.Max(1, (int)Math.Round(epochs * masked / Cost(encoder.Width, encoder.Blocks, 1 + patches)));

        static double Cost(int width, int blocks, int tokens) => 12.0 * width * width * blocks * tokens;
    }

    /// <param name="classes">labels to choose from</param>
    /// <param name="seed">of the starting weights: the encoder's are those of a masked method of the same seed</param>
    public Classifier Build(int classes, ulong seed)
    {
        using var scope = NewDisposeScope();
        return new(this, classes, seed);
    }

    public TrainingPlan Plan(ulong seed) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = BaseLearningRate * BatchSize / 256, WarmupEpochs = Math.Min(WarmupEpochs, Epochs / 2.0),
        WeightDecay = WeightDecay, Seed = seed,
    };
}

/// <summary>An encoder and a linear head, trained with labels.</summary>
public sealed class Classifier : ITrainable, IDisposable
{
    private readonly SupervisedConfig _config;
    private readonly ClassifierNetwork _network;

    internal Classifier(SupervisedConfig config, int classes, ulong seed) =>
        (_config, _network) = (config, new ClassifierNetwork(config.Encoder, classes, config.Precision, seed));

    public object Config => _config;
    public nn.Module Network => _network;

    public Tensor Step(Batch batch, Draw draw)
    {
        var pooled = _network.Pool(_config.Views.Draw(batch, draw).Student);      // [B, D]
        return nn.functional.cross_entropy(_network.Head.call(pooled), batch.Labels);
    }

    /// <summary>The features before the head: what kNN and probe read.</summary>
    /// <param name="images">[B, C, H, W] float32, normalised</param>
    /// <returns>[B, D] float32</returns>
    public Tensor Encode(Tensor images)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return _network.Pool(images).MoveToOuterDisposeScope();
    }

    public void Dispose() => _network.Dispose();

    private sealed class ClassifierNetwork : Vit
    {
        public ClassifierNetwork(VitConfig encoder, int classes, Precision precision, ulong seed) : base(encoder, precision)
        {
            register_module("head", Head = nn.Linear(encoder.Width, classes));
            MaeInitialisation.Apply(this, seed);
        }

        public Linear Head { get; }

        public Tensor Pool(Tensor images)
        {
            var tokens = Encode(images);                                           // [B, 1 + N, D]
            return tokens.narrow(1, 1, tokens.size(1) - 1).to(float32).mean([1]);
        }
    }
}
