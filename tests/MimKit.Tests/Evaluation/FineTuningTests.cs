using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class FineTuningTests
{
    static readonly VitConfig Shape = new() { Width = 16, Blocks = 2, Heads = 2, PatchSize = 2, ImageSize = 4, Channels = 1 };

    static Classified Made(params (float[] Row, int Label)[] said) => new("made", [.. said.Select(one => one.Row)], [.. said.Select(one => one.Label)], 0);

    // Three classes by brightness.
    static ImageSet Brightness(int count)
    {
        var noise = TinySubject.Images(count);
        var pixels = noise.Pixels.ToArray();
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(pixels[i] / 4 + 80 * noise.Labels[i / 16]);
        return new(noise.Manifest, "train", pixels, noise.Labels);
    }

    [Fact]
    public void A_pretrained_encoder_is_tuned_to_tell_classes()
    {
        using var encoder = new Vit(Shape, Precision.Float32);
        MaeInitialisation.Apply(encoder, seed: 1);
        var config = new FineTuningConfig { Encoder = Shape, Views = MimKit.Views.Plain, Augment = null, Erasing = null, Mixing = null, DropPath = 0, Epochs = 12, BatchSize = 16, BaseLearningRate = 0.05, WarmupEpochs = 1, Precision = Precision.Float32 };
        var images = Brightness(96);
        using var tuned = config.Build(images, seed: 2, encoder);
        var before = tuned.Evaluate(images);

        new Trainer(tuned, images, config.Plan(2)) { Output = TextWriter.Null }.Run();

        var after = tuned.Evaluate(images);
        Assert.InRange(before.Top1.Accuracy, 0, 0.6);
        Assert.InRange(after.Top1.Accuracy, 0.95, 1);
        Assert.Equal(0.65, config.Plan(2).LayerDecay!.Factor);
    }

    [Fact]
    public void The_whole_recipe_trains_each_kind_of_encoder()
    {
        var images = Brightness(48);
        var data = new DataSplits(images, images.Take(24), images.Take(24));
        var config = new FineTuningConfig { Encoder = Shape, Epochs = 2, BatchSize = 16, WarmupEpochs = 1, DropPath = 0.5, AverageDecay = 0.5, Precision = Precision.Float32 };
        using var learned = FrozenTableTests.Encoder(Shape);
        using var beit = new BeitVit(Shape, new BeitParts(), 8, null, Precision.Float32, seed: 1);
        foreach (var encoder in new IEncoder?[] { null, learned, beit })
        {
            using var subject = new EvaluationSubject("mine", learned, data);
            var tuned = FineTuned.Of("row", config, subject, encoder);

            Assert.InRange(tuned.Val, 0, 1);
            Assert.Equal(["fine-tuning: row"], subject.TestReads.Select(read => read.Reader));
            Assert.Equal(24, tuned.Test.Labels.Length);
        }
    }

    [Fact]
    public void A_shared_table_of_positions_becomes_the_start_of_every_blocks_own()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var encoder = new BeitVit(Shape, new BeitParts(), 8, null, Precision.Float32, seed: 1);
        var shared = encoder.state_dict()["rel_pos_bias.relative_position_bias_table"];
        shared.fill_(3);
        using var tuned = new FineTuningConfig { DropPath = 0, Precision = Precision.Float32 }.Build(Brightness(12), seed: 2, encoder);

        Assert.Equal(3, tuned.Network.state_dict()["blocks.1.attn.relative_position_bias_table"].min().ToDouble());
        Assert.True(tuned.Network.state_dict()["blocks.1.mlp.fc1.weight"].equal(encoder.state_dict()["blocks.1.mlp.fc1.weight"]));
    }

    [Fact]
    public void Stochastic_depth_at_rate_0_changes_nothing_and_above_it_does()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var batch = Batch.Of(Brightness(12), [.. Enumerable.Range(0, 12).Select(i => (long)i)]);
        var draw = new Draw(1, 0, batch.Indices);
        using var plain = new VitClassifier(Shape, 3, Pooling.MeanPatches, Precision.Float32, seed: 1);
        using var dropping = new VitClassifier(Shape, 3, Pooling.MeanPatches, Precision.Float32, seed: 1, dropPath: 0.5);

        Assert.True(plain.Features(batch.Images, draw).equal(dropping.Features(batch.Images)));       // no draw: nothing is dropped
        Assert.False(plain.Features(batch.Images, draw).allclose(dropping.Features(batch.Images, draw)));
        dropping.eval();
        Assert.True(plain.Features(batch.Images).equal(dropping.Features(batch.Images, draw)));
    }

    [Fact]
    public void Reliability_is_a_bin_a_confidence()
    {
        var said = Made(([0.9f, 0.1f], 0), ([0.85f, 0.15f], 1), ([0.4f, 0.6f], 1));

        Assert.Equal([1, 1, 1], said.Reliability(20).Select(bin => bin.Images));      // 0.6, 0.85, 0.9
        var five = said.Reliability(5);                                               // 0.6 in [0.6, 0.8), the others above
        Assert.Equal([1, 2], five.Select(bin => bin.Images));
        Assert.Equal([1, 0.5], five.Select(bin => bin.Accuracy));
    }

    [Fact]
    public void Counts_are_those_of_a_hand_worked_case()
    {
        var said = Made(([0.9f, 0.1f, 0f], 0), ([0.6f, 0.3f, 0.1f], 1), ([0.2f, 0.7f, 0.1f], 1), ([0.8f, 0.1f, 0.1f], 1));

        Assert.Equal(0.5, said.Top1.Accuracy);
        Assert.Equal(1, said.Top5);
        Assert.Equal([[1, 0, 0], [2, 1, 0], [0, 0, 0]], said.Confusion());
        Assert.Equal([1, 1 / 3.0, double.NaN], said.PerClass());
        Assert.Equal([3, 1], said.WorstMistakes(5));
        // bins of a tenth: 0.9 right, 0.6 wrong, 0.7 right, 0.8 wrong
        Assert.Equal((0.1 + 0.6 + 0.3 + 0.8) / 4, said.CalibrationError(10), 5);
    }

    [Fact]
    public void A_classifier_that_gives_NaN_is_an_error() =>
        Assert.Contains("NaN", Assert.Throws<InvalidDataException>(() => Classified.Of(images => full([images.size(0), 3], float.NaN), Brightness(8))).Message);
}
