using MimKit.Data;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Methods;

/// <summary>Every method learns at the smallest size, from targets that need no training.</summary>
public class BaselineTests
{
    // 4x4 images of 1x1 patches
    private static readonly VitConfig Encoder = new() { Width = 16, Blocks = 2, Heads = 2, PatchSize = 1, ImageSize = 4, Channels = 1 };
    // a brightness and a slope an image: what is hidden can be told from what is seen
    private static readonly ImageSet Images = new(TinySubject.Images(64).Manifest, "train",
        [.. from i in Enumerable.Range(0, 64) from place in Enumerable.Range(0, 16) select (byte)(i * 37 % 180 + 5 * (i % 2 == 0 ? place / 4 : place % 4))], [.. Enumerable.Range(0, 64).Select(i => i % 3)]);
    private static readonly DynamicMorphing Morphs = new() { MostRounds = 3 };

    private static T Tiny<T>(T config) where T : MaskTokenConfig => config with
    {
        Encoder = Encoder, Masking = new BlockwiseMasking(6, 2), Precision = Precision.Float32, Parts = config.Parts with { DropPath = 0.1 },
    };
    private static readonly MaeConfig Mae = MaeConfig.Mini28 with { Encoder = Encoder, Decoder = new(8, 1, 2), Masking = new RandomMasking(0.5), Precision = Precision.Float32, SkipConstantPatches = false, NormalisePixels = false };

    public static TheoryData<string> Names => [.. Builders.Keys];

    private static readonly Dictionary<string, Func<Method>> Builders = new()
    {
        ["BEiT v2"] = () => Tiny(BeitV2Config.Mini28 with { Aggregation = new(1, 1) }).Build(new BrightnessCodes(Encoder.Grid()), 1),
        ["BEiT v2 without aggregation"] = () => Tiny(BeitV2Config.Mini28 with { Aggregation = null }).Build(new BrightnessCodes(Encoder.Grid()), 1),
        ["BEiT"] = () => Tiny(BeitConfig.Mini28).Build(new BrightnessCodes(Encoder.Grid()), 1),
        ["MaskFeat"] = () => Tiny(MaskFeatConfig.Mini28 with { Cell = 1, Window = 0 }).Build(1),
        ["SimMIM"] = () => (Tiny(SimMimConfig.Mini28) with { Masking = new UnitMasking(0.6, 1) }).Build(1),
        ["feature regression"] = () => Tiny(FeatureRegressionConfig.Mini28).Build(new BrightnessWaves(Encoder.Grid()), 1),
        ["data2vec"] = () => Tiny(Data2VecConfig.Mini28 with { AveragedBlocks = 2, Decay = 0.9 }).Build(1),
        ["DTM"] = () => Tiny(DtmConfig.Mini28 with { Morphing = Morphs }).Build(new BrightnessWaves(Encoder.Grid()), 1),
        ["DTM as released, smooth L1"] = () => Tiny(DtmConfig.Mini28 with { Morphing = Morphs with { Follow = Fidelity.AsReleased, NormaliseTarget = true }, Objective = new SmoothL1() }).Build(new BrightnessWaves(Encoder.Grid()), 1),
        ["DTM, masked only, superpixels"] = () => Tiny(DtmConfig.Mini28 with { Morphing = new SuperpixelMorphing(2) }).Build(new BrightnessWaves(Encoder.Grid()), 1),
        ["DTM without masks"] = () => Tiny(DtmConfig.Mini28).Unmasked().Build(new BrightnessWaves(Encoder.Grid()), 1),
        ["DTM on BEiT v2"] = () => Tiny(BeitV2Config.Mini28 with { Aggregation = new(1, 1) }).Build(new BrightnessCodes(Encoder.Grid()), 1, new BrightnessWaves(Encoder.Grid())),
        ["BEiT v2 with morphed codes"] = () => Tiny(BeitV2Config.Mini28 with { Aggregation = new(1, 1), Morphing = Morphs }).Build(new BrightnessCodes(Encoder.Grid()), 1),
        ["DTM on MAE"] = () => Mae.Build(1, new BrightnessWaves(Encoder.Grid())),
        ["U-MAE"] = () => (Mae with { Uniformity = UMae.Mini28.Uniformity }).Build(1),
        ["ClusterMIM with morphed codes"] = () => (ClusterMimConfig.Mini28 with { Encoder = Encoder, Decoder = new(8, 1, 2), Masking = new RandomMasking(0.5), Precision = Precision.Float32, Morphing = Morphs }).Build(new BrightnessCodes(Encoder.Grid()), 1),
        ["attention-guided MAE"] = () => (Mae with { Masking = new AttentionMasking(0.5) }).Build(1),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Learns_and_a_step_leaves_no_tensor_alive(string name)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var method = Builders[name]();
        var alive = new List<long>();
        var plan = new TrainingPlan { Epochs = 25, BatchSize = 16, LearningRate = 5e-3, WarmupEpochs = 1, Seed = 1, LogEvery = 20, ClipNorm = 3 };
        var result = new Trainer(method, Images, plan) { Output = TextWriter.Null, OnLog = line => alive.Add(line.LiveTensors) }.Run();

        Assert.True(result.FinalLoss < result.Log[0].Loss, $"{name}: {result.Log[0].Loss} -> {result.FinalLoss}");
        Assert.All(alive, count => Assert.Equal(alive[0], count));
        Assert.NotEmpty(method.Describe());
    }

    [Fact]
    public void The_students_average_follows_the_student_and_is_part_of_the_state()
    {
        using var method = Tiny(Data2VecConfig.Mini28 with { AveragedBlocks = 1, Decay = 0.5 }).Build(1);
        var name = "0.average.blocks.0.mlp.fc1.weight";
        using var before = method.TargetState[name].clone();
        var own = method.Network.named_parameters().Single(p => p.name == "blocks.0.mlp.fc1.weight").parameter;
        Assert.True(before.equal(own));                                            // both start from the same

        using (no_grad()) own.add_(1);
        method.AfterStep();
        Assert.True(method.TargetState[name].allclose(before + 0.5, 1e-5, 1e-5));
    }

    [Fact]
    public void Nothing_hidden_and_a_term_at_hidden_patches_is_refused() =>
        Assert.Contains("Positions.All", Assert.Throws<ArgumentException>(() => (Tiny(DtmConfig.Mini28) with { Positions = Positions.Masked }).Unmasked().Build(new BrightnessWaves(Encoder.Grid()), 1)).Message);

    [Fact]
    public void Uniformity_is_the_mean_squared_cosine_of_all_pairs()
    {
        using var scope = NewDisposeScope();
        var features = torch.tensor([1f, 0, 0, 1, 1, 1], [3, 1, 2]);
        Assert.Equal((3 + 0 + 4 * 0.5) / 9, new Uniformity().Loss(features, new(zeros(3, 1, 1))).item<double>(), 1e-6);
    }

    [Fact]
    public void Presets_say_what_the_papers_say()
    {
        var beit2 = BeitV2Config.Base16;
        Assert.Equal((9, 2, true), (beit2.Aggregation!.FromBlock, beit2.Aggregation.Blocks, beit2.Aggregation.SharedHead));
        Assert.Equal(new BlockwiseMasking(75, 16, 0.3), beit2.Masking);
        Assert.Equal((300, 2048, 1.5e-3, 1e-5, 10.0, 0.05, 0.98, 3.0), (beit2.Epochs, beit2.BatchSize, beit2.Plan(0).LearningRate, beit2.MinLearningRate, beit2.WarmupEpochs, beit2.WeightDecay, beit2.Beta2, beit2.ClipNorm));
        Assert.Equal((21, 1e-5), (BeitV2Config.Large16.Aggregation!.FromBlock, BeitV2Config.Large16.Parts.LayerScale));
        Assert.Equal(.00106066, (DtmConfig.Base16 with { BatchSize = 1024 }).Plan(0).LearningRate, 1e-8);
        Assert.Equal(.00212132, (DtmConfig.Base16 with { BatchSize = 4096 }).Plan(0).LearningRate, 1e-8);
        Assert.Equal(1e-3, DtmConfig.Mini28.Plan(0).LearningRate, 2e-5);
        Assert.True(DtmConfig.Base16.Parts is { SharedBias: true, BlockBias: true, LayerScale: 0.1 });
        Assert.Equal(new BlockwiseMasking(19, 4), DtmConfig.Mini28.Masking);
        Assert.Equal(0.01, UMae.Base16.Uniformity);
    }
}
