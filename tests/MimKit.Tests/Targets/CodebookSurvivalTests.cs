using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class CodebookSurvivalTests
{
    private static readonly VitConfig Encoder = new() { Width = 16, Blocks = 1, Heads = 2, PatchSize = 1, ImageSize = 4, Channels = 1 };
    private static readonly VqKdConfig Tiny = VqKdConfig.Mini28 with { Encoder = Encoder, Codes = 12, CodeWidth = 4, BatchSize = 8, StartImages = 16, Precision = Precision.Float32 };

    [Fact]
    public void Each_arm_lacks_what_its_name_says()
    {
        var arms = CodebookSurvival.Arms(Tiny).ToDictionary(arm => arm.Name, arm => arm.Config);
        Assert.Equal((4, true, true, 16), Of(arms["all four"]));
        Assert.Equal((16, true, true, 16), Of(arms["without low dimension"]));
        Assert.Equal((4, false, true, 16), Of(arms["without unit length"]));
        Assert.Equal((4, true, false, 16), Of(arms["without moving average"]));
        Assert.Equal((4, true, true, 0), Of(arms["without k-means start"]));
        Assert.Equal((16, false, false, 0), Of(arms["none of the four"]));
        Assert.Equal(16, CodebookSurvival.Grid(Tiny).Select(arm => Of(arm.Config)).Distinct().Count());

        static (int, bool, bool, int) Of(VqKdConfig config) => (config.CodeWidth, config.UnitCodes, config.MovingCodes, config.StartImages);
    }

    [Fact]
    public void Every_arm_trains_and_counts_each_window_by_itself()
    {
        using var scope = NewDisposeScope();
        using var teacher = new VitTeacher(new LearnedVit(Encoder, Precision.Float32, seed: 9), InputScale.MinusOneToOne, "random");
        var curves = CodebookSurvival.Run(CodebookSurvival.Arms(Tiny), teacher, TinySubject.Images(40), steps: 12, window: 3);
        Assert.Equal(6, curves.Count);
        Assert.All(curves, curve => Assert.Equal([3.0, 6, 9, 12], curve.Steps));   // an epoch has 5 steps: windows cross its end
        Assert.All(curves, curve => Assert.All(curve.Used.Zip(curve.Perplexity), use => Assert.InRange(use.Second, 1, use.First + 1e-6)));
        Assert.True(curves[0].Used[^1] > 6, $"{curves[0]}");
        Assert.Contains("no whole window", Assert.Throws<ArgumentException>(() => CodebookSurvival.Run(CodebookSurvival.Arms(Tiny), teacher, TinySubject.Images(40), steps: 2, window: 3)).Message);
    }

    [Fact]
    public void A_codebook_loss_moves_the_codes_by_its_gradient_and_an_average_by_none()
    {
        using var scope = NewDisposeScope();
        var vectors = tensor([0.9f, 0.1f, 0.2f, 0.8f], [2, 2]);
        using var learnt = new VectorQuantizer(2, 2, decay: 0.99, seed: 0, unit: false, learnt: true);
        learnt.StartFrom(tensor([1f, 0, 0, 1], [2, 2]));
        var quantised = learnt.Quantise(vectors);
        quantised.CodebookLoss!.backward();
        var gradient = learnt.parameters().Single().grad!;
        Assert.True(gradient.allclose(tensor([0.05f, -0.05f, -0.1f, 0.1f], [2, 2])), gradient.ToString());   // 2 (code − vector) / 4 values
        Assert.Equal([1f, 0, 0, 1], learnt.Codes.ToArray<float>());

        using var moving = new VectorQuantizer(2, 2, decay: 0.5, seed: 0, unit: false);
        moving.StartFrom(tensor([1f, 0, 0, 1], [2, 2]));
        Assert.Null(moving.Quantise(vectors).CodebookLoss);
        Assert.True(moving.Codes.allclose(tensor([0.95f, 0.05f, 0.1f, 0.9f], [2, 2])), moving.Codes.ToString());
    }

    [Fact]
    public void A_collapse_within_an_epoch_stops_the_training()
    {
        using var scope = NewDisposeScope();
        using var teacher = new VitTeacher(new LearnedVit(Encoder, Precision.Float32, seed: 9), InputScale.MinusOneToOne, "random");
        using var subject = (Tiny with { CollapseFloor = 0.999 }).Build(teacher, TinySubject.Images(16), seed: 1);
        using var batch = Batch.Of(TinySubject.Images(8), [0, 1, 2, 3, 4, 5, 6, 7]);
        subject.Target.Network.Quantizer.StartFrom(tensor([.. Enumerable.Repeat(new[] { 1f, 0, 0, 0 }, 12).SelectMany(code => code)], [12, 4]));
        for (var step = 0; step < 6; step++) subject.Step(batch, new Draw(0, 0, batch.Indices) { Step = 99 });   // 128 vectors each; 600 are wanted
        Assert.Contains("of 12 codes in use", Assert.Throws<CodebookCollapsedException>(() => { subject.Step(batch, new Draw(0, 0, batch.Indices) { Step = 100 }); }).Message);
    }
}
