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

/// <summary>One training step in bfloat16 beside the same step in float32.</summary>
public class PrecisionTests
{
    private const double LossTolerance = 0.01;           // relative; bfloat16 rounds to 1/256
    private const double DirectionTolerance = 0.01;      // 1 - cosine of the whole gradient
    private const double LengthTolerance = 0.03;         // relative, of the whole gradient's norm

    private static readonly VitConfig Encoder = new() { Width = 32, Blocks = 3, Heads = 4, PatchSize = 2, ImageSize = 4, Channels = 1 };
    private static readonly DecoderConfig Decoder = new(16, 2, 2);
    private static readonly ImageSet Images = TinySubject.Images(64);
    private static Batch Batch => MimKit.Data.Batch.Of(Images, [.. Enumerable.Range(0, 64).Select(i => (long)i)]);

    public static TheoryData<string> Methods => ["mae", "cluster-mim", "supervised"];

    private static (ITrainable Subject, IDisposable Owner) Build(string method, Precision precision)
    {
        switch (method)
        {
            case "mae":
                var mae = (MaeConfig.Mini28 with { Encoder = Encoder, Decoder = Decoder, Masking = new RandomMasking(0.5), Precision = precision }).Build(seed: 2);
                return (mae, mae);
            case "cluster-mim":
                var config = ClusterMimConfig.Mini28 with { Encoder = Encoder, Decoder = Decoder, Masking = new RandomMasking(0.5), Precision = precision, Clusters = 6, ClusterBatch = 32 };
                var clusterMim = config.Build(config.Cluster(Images, seed: 2), seed: 2);
                return (clusterMim, clusterMim);
            default:
                var classifier = new SupervisedConfig { Encoder = Encoder, Views = MimKit.Views.Plain, Epochs = 1, Precision = precision }.Build(Images.ClassCount, seed: 2);
                return (classifier, classifier);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_bfloat16_step_is_the_float32_step_within_its_rounding(string method)
    {
        using var scope = NewDisposeScope();
        var (exact, rounded) = (Step(Precision.Float32), Step(Precision.BFloat16));

        Assert.Equal(float32, rounded.Loss.dtype);
        Assert.InRange(rounded.Loss.item<float>() / exact.Loss.item<float>(), 1 - LossTolerance, 1 + LossTolerance);
        var (a, b) = (exact.Gradient, rounded.Gradient);
        var (lengthA, lengthB) = (a.norm().item<float>(), b.norm().item<float>());
        Assert.False(a.equal(b));                                                  // it was another arithmetic
        Assert.InRange(1 - a.dot(b).item<float>() / (lengthA * lengthB), -1e-6, DirectionTolerance);
        Assert.InRange(lengthB / lengthA, 1 - LengthTolerance, 1 + LengthTolerance);

        (Tensor Loss, Tensor Gradient) Step(Precision precision)
        {
            var (subject, owner) = Build(method, precision);
            using var _ = owner;
            var loss = subject.Step(Batch, new(3, 0, Batch.Indices));
            loss.backward();
            return (loss.detach().clone(), cat(subject.Network.parameters().Select(p => p.grad!.flatten())));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Parameters_gradients_and_moments_stay_float32(string method)
    {
        using var scope = NewDisposeScope();
        var (subject, owner) = Build(method, Precision.BFloat16);
        using var _ = owner;
        using var optimizer = optim.AdamW(subject.Network.parameters());
        subject.Step(Batch, new(3, 0, Batch.Indices)).backward();
        optimizer.step();

        var policy = PrecisionPolicy.Of(Precision.BFloat16);
        Assert.All(subject.Network.parameters(), p => Assert.Equal((policy[Arithmetic.Parameters], policy[Arithmetic.Gradients]), (p.dtype, p.grad!.dtype)));
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
