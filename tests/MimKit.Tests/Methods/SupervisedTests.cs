using MimKit.Data;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Methods;

public class SupervisedTests
{
    private static readonly VitConfig Encoder = new() { Width = 16, Blocks = 2, Heads = 2, PatchSize = 2, ImageSize = 4, Channels = 1 };
    private static readonly SupervisedConfig Config = new() { Encoder = Encoder, Views = MimKit.Views.Plain, Epochs = 30, BatchSize = 16, BaseLearningRate = 0.16, Precision = Precision.Float32 };

    [Fact]
    public void Equal_compute_counts_the_tokens_of_both_networks() =>
        // 12 D² blocks tokens: (192² · 6 · 13 + 128² · 2 · 50) / (192² · 6 · 50) = 0.408 of 12 epochs
        Assert.Equal(5, SupervisedConfig.EqualCompute(12, VitConfig.Mini28, DecoderConfig.Mini28, visible: 12));

    [Fact]
    public void Its_encoder_starts_as_the_masked_one_of_the_same_seed()
    {
        using var classifier = Config.Build(classes: 3, seed: 5);
        using var mae = (MaeConfig.Mini28 with { Encoder = Encoder, Decoder = new(8, 1, 2), Precision = Precision.Float32 }).Build(seed: 5);
        var (a, b) = (classifier.Network.state_dict(), mae.Network.state_dict());
        foreach (var (name, tensor) in a)
            if (!name.StartsWith("head", StringComparison.Ordinal)) Assert.True(tensor.equal(b[name]), name);
    }

    [Fact]
    public void It_learns_the_labels_of_a_few_images()
    {
        var images = TinySubject.Images(64);
        using var classifier = Config.Build(images.ClassCount, seed: 1);
        var log = new Trainer(classifier, images, Config.Plan(seed: 1) with { LogEvery = 4 }) { Output = TextWriter.Null }.Run().Log;
        Assert.True(log[^1].Loss < 0.8 * log[0].Loss, $"{log[0].Loss} to {log[^1].Loss}");
        Assert.Equal([64L, 16], classifier.Encode(Batch.Of(images, [.. Enumerable.Range(0, 64).Select(i => (long)i)]).Images).shape);
    }
}
