using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class DinoTests
{
    private static readonly DinoConfig Tiny = DinoConfig.Mini28 with
    {
        Encoder = new() { Width = 16, Blocks = 1, Heads = 2, PatchSize = 1, ImageSize = 4, Channels = 1 },
        Crops = DinoConfig.Mini28.Crops with { GlobalSize = 3, LocalSize = 2, LocalCrops = 2 },
        HeadHidden = 16, Bottleneck = 8, Outputs = 12, Epochs = 2, BatchSize = 8, Precision = Precision.Float32,
    };

    [Fact]
    public void The_teacher_is_the_moving_average_of_the_student()
    {
        using var scope = NewDisposeScope();
        using var dino = Tiny.Build(images: 16, seed: 3);
        var before = State(dino, "teacher.backbone.cls_token");
        using (no_grad()) Named(dino, "student.backbone.cls_token").add_(1);
        dino.AfterStep();

        var after = State(dino, "teacher.backbone.cls_token");
        for (var i = 0; i < before.Length; i++) Assert.Equal(before[i] + 0.01f, after[i], 5);   // momentum 0.99 at the first step
    }

    [Fact]
    public void The_teachers_momentum_reaches_one_at_the_end()
    {
        using var scope = NewDisposeScope();
        using var dino = Tiny.Build(images: 16, seed: 3);
        for (var step = 0; step < 4; step++) dino.AfterStep();                     // 2 epochs of 2 steps
        using (no_grad()) Named(dino, "student.backbone.cls_token").add_(1);
        var before = State(dino, "teacher.backbone.cls_token");
        dino.AfterStep();
        Assert.Equal(before, State(dino, "teacher.backbone.cls_token"));
    }

    [Fact]
    public void The_frozen_last_layer_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        using var dino = (Tiny with { FreezeLastLayerEpochs = 1 }).Build(images: 16, seed: 3);
        using var batch = Batch.Of(TinySubject.Images(8), [0, 1, 2, 3, 4, 5, 6, 7]);
        dino.Step(batch, new(0, Epoch: 0, batch.Indices)).backward();
        Assert.Null(Named(dino, "student.head.last_layer.weight_v").grad);
        dino.Step(batch, new(0, Epoch: 1, batch.Indices)).backward();
        Assert.NotNull(Named(dino, "student.head.last_layer.weight_v").grad);
        Assert.Null(Named(dino, "teacher.backbone.cls_token").grad);
    }

    [Theory]
    [InlineData(Centring.MovingMean)]
    [InlineData(Centring.SinkhornKnopp)]
    public void A_run_that_was_interrupted_ends_with_the_same_bits(Centring centring)
    {
        var (config, images) = (Tiny with { Centring = centring }, TinySubject.Images(16));
        using var scope = NewDisposeScope();
        float[] Run(string folder, int stopAfter)
        {
            using var dino = config.Build(images.Count, seed: 5);
            using var source = new CancellationTokenSource();
            if (stopAfter > 0) Ambient.Cancellation = source.Token;
            var plan = config.Plan(seed: 5) with { RunFolder = folder, LogEvery = 1 };
            try
            {
                new Trainer(dino, images, plan) { Resume = true, Output = TextWriter.Null, OnLog = line => { if (line.Step == stopAfter) source.Cancel(); } }.Run();
            }
            catch (OperationCanceledException) when (stopAfter > 0) { }
            finally
            {
                Ambient.Cancellation = default;
            }
            return State(dino, "teacher.backbone.blocks.0.mlp.fc1.weight");
        }
        var (whole, halted) = (Directory.CreateTempSubdirectory("mimkit-dino-").FullName, Directory.CreateTempSubdirectory("mimkit-dino-").FullName);
        var expected = Run(whole, stopAfter: 0);
        Run(halted, stopAfter: 3);
        Assert.Equal(expected, Run(halted, stopAfter: 0));
        Directory.Delete(whole, recursive: true);
        Directory.Delete(halted, recursive: true);
    }

    [Fact]
    public void Balanced_assignments_use_every_prototype_alike()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var q = DinoLoss.Balanced(randn(64, 4) + tensor([3f, 0, 0, 0], [1, 4]), temperature: 0.5, iterations: 50);
        Assert.All(q.sum(1L).ToArray<float>(), sum => Assert.Equal(1, sum, 4));
        Assert.All(q.sum(0L).ToArray<float>(), sum => Assert.Equal(16, sum, 1));
    }

    [Fact]
    public void Crops_stay_inside_the_image_and_differ_from_each_other()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch.Of(TinySubject.Images(8), [0, 1, 2, 3, 4, 5, 6, 7]);
        var crops = new MultiCrop { GlobalSize = 4, LocalSize = 3, Jitter = 0, GlobalScaleFrom = 1, LocalScaleFrom = 0.2, Flip = false };
        var draw = new Draw(1, 0, batch.Indices);
        Assert.Equal([8, 1, 3, 3], crops.Draw(batch, draw, 2).shape);
        Assert.False(crops.Draw(batch, draw, 2).equal(crops.Draw(batch, draw, 3)));
        Assert.True(crops.Draw(batch, draw, 3).equal(crops.Draw(batch, draw, 3)));
        var square = (crops.Draw(batch, draw, 0) - batch.Images).abs().amax([1, 2, 3]).ToArray<float>();
        Assert.Contains(square, difference => difference < 2);                     // aspect alone differs: nothing is read from outside
        Assert.True(crops.Draw(batch, draw, 0).isfinite().all().item<bool>());
    }

    [Fact]
    public void Resized_positions_keep_a_constant_and_the_same_size_is_the_identity()
    {
        using var scope = NewDisposeScope();
        Assert.True(PositionResize.Axis(7, 7).equal(eye(7)));
        Assert.All(PositionResize.Axis(7, 5).sum(1L).ToArray<float>(), sum => Assert.Equal(1, sum, 5));
        var positions = PositionResize.Apply(ones(1, 49, 3) * 0.25, PositionResize.Axis(7, 3), PositionResize.Axis(7, 5));
        Assert.Equal([1, 15, 3], positions.shape);
        Assert.True(positions.allclose(full_like(positions, 0.25), rtol: 1e-5));
    }

    private static Tensor Named(Dino dino, string name) => dino.Network.named_parameters().Single(named => named.name == name).parameter;
    private static float[] State(Dino dino, string name) => dino.Network.state_dict()[name].ToArray<float>();
}
