using MimKit.Data;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using MimKit.Torch.Modules;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Methods;

/// <summary>One training step in bfloat16 beside the same step in float32, of every method and of what makes their targets. A dVAE has no such choice: it trains in float32.</summary>
public class PrecisionTests
{
    /// <param name="Loss">relative; bfloat16 rounds to 1/256</param>
    /// <param name="Direction">1 − cosine of the whole gradient</param>
    /// <param name="Length">relative, of the whole gradient's norm</param>
    private sealed record Within(double Loss = 0.01, double Direction = 0.01, double Length = 0.03);

    private static readonly VitConfig Coarse = new() { Width = 32, Blocks = 3, Heads = 4, PatchSize = 2, ImageSize = 4, Channels = 1 }, Fine = Coarse with { PatchSize = 1 };
    private static readonly DecoderConfig Decoder = new(16, 2, 2);
    private static readonly DynamicMorphing Morphs = new() { MostRounds = 3 };
    private static readonly ImageSet Images = TinySubject.Images(64);
    private static Batch Batch => MimKit.Data.Batch.Of(Images, [.. Enumerable.Range(0, 64).Select(i => (long)i)]);

    private static MaeConfig Mae(Precision precision) => MaeConfig.Mini28 with { Encoder = Fine, Decoder = Decoder, Masking = new RandomMasking(0.5), Precision = precision, SkipConstantPatches = false, NormalisePixels = false };
    private static T Tiny<T>(T config, Precision precision) where T : MaskTokenConfig => config with { Encoder = Fine, Masking = new BlockwiseMasking(6, 2), Precision = precision };
    private static Target Codes => new BrightnessCodes(Fine.Grid());
    private static Target Features => new BrightnessWaves(Fine.Grid());

    private static readonly Dictionary<string, (Func<Precision, ITrainable> Build, Within Within)> Subjects = new()
    {
        ["MAE"] = (precision => (Mae(precision) with { Encoder = Coarse, NormalisePixels = true, SkipConstantPatches = true }).Build(2), new()),
        ["U-MAE"] = (precision => (Mae(precision) with { Uniformity = UMae.Mini28.Uniformity }).Build(2), new()),
        ["ClusterMIM"] = (ClusterMim, new()),
        ["supervised"] = (precision => new SupervisedConfig { Encoder = Coarse, Views = MimKit.Views.Plain, Epochs = 1, Precision = precision }.Build(Images.ClassCount, 2), new()),
        ["BEiT"] = (precision => Tiny(BeitConfig.Mini28, precision).Build(Codes, 2), new()),
        ["BEiT v2"] = (precision => Tiny(BeitV2Config.Mini28 with { Aggregation = new(1, 1) }, precision).Build(Codes, 2), new()),
        ["SimMIM"] = (precision => (Tiny(SimMimConfig.Mini28, precision) with { Masking = new UnitMasking(0.6, 1) }).Build(2), new()),
        ["MaskFeat"] = (precision => Tiny(MaskFeatConfig.Mini28 with { Cell = 1, Window = 0 }, precision).Build(2), new()),
        ["feature regression"] = (precision => Tiny(FeatureRegressionConfig.Mini28, precision).Build(Features, 2), new()),
        ["data2vec"] = (precision => Tiny(Data2VecConfig.Mini28 with { AveragedBlocks = 2 }, precision).Build(2), new()),
        ["DTM"] = (precision => Tiny(DtmConfig.Mini28 with { Morphing = Morphs }, precision).Build(Features, 2), new()),
        ["DTM on MAE"] = (precision => (Mae(precision) with { Added = new() { Morphing = Morphs } }).Build(2, Features), new()),
        ["DTM on BEiT v2"] = (precision => Tiny(BeitV2Config.Mini28 with { Aggregation = new(1, 1), Added = new() { Morphing = Morphs } }, precision).Build(Codes, 2, Features), new()),
        ["BEiT v2 with morphed codes"] = (precision => Tiny(BeitV2Config.Mini28 with { Aggregation = new(1, 1), Morphing = Morphs }, precision).Build(Codes, 2), new()),
        ["VQ-KD"] = (VqKd, new()),
        ["DINO"] = (Dino, new()),
    };

    public static TheoryData<string> Names => [.. Subjects.Keys];

    private static ITrainable ClusterMim(Precision precision)
    {
        var config = ClusterMimConfig.Mini28 with { Encoder = Coarse, Decoder = Decoder, Masking = new RandomMasking(0.5), Precision = precision, Clusters = 6, ClusterBatch = 32 };
        return config.Build(config.Cluster(Images, 2), 2);
    }

    private static ITrainable VqKd(Precision precision) =>
        (VqKdConfig.Mini28 with { Encoder = Fine, Codes = 12, CodeWidth = 4, BatchSize = 8, StartImages = 16, Precision = precision, CollapseFloor = 0 })
            .Build(new VitTeacher(new LearnedVit(Fine, Precision.Float32, seed: 9), InputScale.MinusOneToOne, "random"), Images, 2);

    private static ITrainable Dino(Precision precision) => (DinoConfig.Mini28 with
    {
        Encoder = Fine, Crops = DinoConfig.Mini28.Crops with { GlobalSize = 3, LocalSize = 2, LocalCrops = 2 }, HeadHidden = 16, Bottleneck = 8, Outputs = 12, BatchSize = 8, Precision = precision,
    }).Build(images: 64, seed: 2);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bfloat16_step_is_the_float32_step_within_its_rounding(string name)
    {
        using var scope = NewDisposeScope();
        var (build, within) = Subjects[name];
        var (exact, rounded) = (Step(Precision.Float32), Step(Precision.BFloat16));

        Assert.Equal(float32, rounded.Loss.dtype);
        var (a, b) = (exact.Gradient, rounded.Gradient);
        var (lengthA, lengthB) = (a.norm().item<float>(), b.norm().item<float>());
        Assert.False(a.equal(b));                                                  // it was another arithmetic
        Assert.InRange(rounded.Loss.item<float>() / exact.Loss.item<float>(), 1 - within.Loss, 1 + within.Loss);
        Assert.InRange(1 - a.dot(b).item<float>() / (lengthA * lengthB), -1e-6, within.Direction);
        Assert.InRange(lengthB / lengthA, 1 - within.Length, 1 + within.Length);

        (Tensor Loss, Tensor Gradient) Step(Precision precision)
        {
            var subject = build(precision);
            using var _ = (IDisposable)subject;
            var loss = subject.Step(Batch, new(3, Epoch: 0, Batch.Indices));
            loss.backward();
            return (loss.detach().clone(), cat(Trained(subject).Select(p => p.grad!.flatten())));
        }
    }

    private static IEnumerable<Parameter> Trained(ITrainable subject) => subject.Network.parameters().Where(p => p.grad is not null);

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_gradients_and_moments_stay_float32(string name)
    {
        using var scope = NewDisposeScope();
        var subject = Subjects[name].Build(Precision.BFloat16);
        using var _ = (IDisposable)subject;
        subject.Step(Batch, new(3, Epoch: 0, Batch.Indices)).backward();
        using var optimizer = optim.AdamW(Trained(subject));
        optimizer.step();

        var policy = PrecisionPolicy.Of(Precision.BFloat16);
        Assert.All(Trained(subject), p => Assert.Equal((policy[Arithmetic.Parameters], policy[Arithmetic.Gradients]), (p.dtype, p.grad!.dtype)));
        Assert.All(optimizer.state_dict().Where(state => !state.Key.EndsWith(".step", StringComparison.Ordinal)), state => Assert.Equal(policy[Arithmetic.Moments], state.Value.dtype));
    }

    [Fact]
    public void What_the_policy_says_of_a_block_is_what_the_block_does()
    {
        using var scope = NewDisposeScope();
        var policy = PrecisionPolicy.Of(Precision.BFloat16);
        using var block = new VitBlock(32, 4, 4);
        var before = randn(2, 5, 32) * 100;
        var stream = block.forward(new ResidualStream(before, null, policy[Arithmetic.Activations]));

        Assert.Equal((policy[Arithmetic.Residual], policy[Arithmetic.Products]), (stream.Sum.dtype, stream.Pending!.dtype));
        Assert.Equal(policy[Arithmetic.Loss], new CrossEntropy().Loss(randn(1, 2, 3).to(bfloat16), new(zeros([1, 2], int64))).dtype);
        Assert.Equal(policy[Arithmetic.Distances], Fused.NearestCentre(randn(4, 3), randn(2, 3)).Distance2.dtype);

        // statistics in float32: an offset of 1000 would leave a bfloat16 mean with an error of 4
        var wide = randn(1, 64) + 1000;
        var normed = Fused.LayerNorm(wide, ones(64), zeros(64), 1e-6, float32);
        Assert.Equal(float32, policy[Arithmetic.Normalisation]);
        Assert.True(normed.allclose((wide - wide.mean([-1], true)) / wide.std(-1, false, true), 1e-3, 1e-3));

        // softmax in float32: 300 equal logits sum to 1 within a rounding of the result, where a bfloat16 sum would stop at 256
        var same = cat([zeros(1, 300, 8), ones(1, 300, 4)], -1).to(bfloat16);
        Assert.Equal(float32, policy[Arithmetic.Attention]);
        Assert.True((Fused.Attention(same, 1, 1).to(float32) - 1).abs().max().item<float>() < 0.01);
    }
}
