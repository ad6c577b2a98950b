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
        var config = new FineTuningConfig { Encoder = Shape, Views = MimKit.Views.Plain, Epochs = 12, BatchSize = 16, BaseLearningRate = 0.05, WarmupEpochs = 1, Precision = Precision.Float32 };
        using var tuned = config.Build(3, seed: 2, encoder.state_dict());
        var images = Brightness(96);
        var before = tuned.Evaluate(images);

        new Trainer(tuned, images, config.Plan(2)) { Output = TextWriter.Null }.Run();

        var after = tuned.Evaluate(images);
        Assert.InRange(before.Top1.Accuracy, 0, 0.6);
        Assert.InRange(after.Top1.Accuracy, 0.95, 1);
        Assert.Equal(0.65, config.Plan(2).LayerDecay!.Factor);
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
