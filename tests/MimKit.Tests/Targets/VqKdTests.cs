using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class VqKdTests
{
    private static readonly VitConfig Encoder = new() { Width = 16, Blocks = 1, Heads = 2, PatchSize = 1, ImageSize = 4, Channels = 1 };
    private static readonly VqKdConfig Tiny = VqKdConfig.Mini28 with
    {
        Encoder = Encoder, Codes = 12, CodeWidth = 4, Epochs = 2, BatchSize = 8, StartImages = 16, Precision = Precision.Float32, CollapseFloor = 0,
    };

    private static VitTeacher Teacher() => new(new LearnedVit(Encoder, Precision.Float32, seed: 9), InputScale.MinusOneToOne, "random");

    [Fact]
    public void The_codebook_starts_on_the_encoders_vectors_with_every_code_of_unit_length()
    {
        using var scope = NewDisposeScope();
        using var subject = Tiny.Build(Teacher(), TinySubject.Images(16), seed: 1);
        var codes = subject.Target.Network.Quantizer;
        Assert.True(codes.Started);
        Assert.All(codes.Codes.norm(1).ToArray<float>(), length => Assert.Equal(1, length, 5));
    }

    [Fact]
    public void Training_lowers_the_loss_counts_use_and_tokenizes_without_the_decoder()
    {
        using var scope = NewDisposeScope();
        var images = TinySubject.Images(64);
        using var subject = (Tiny with { Epochs = 4, BaseLearningRate = 0.05 }).Build(Teacher(), images, seed: 1);
        var plan = ((VqKdConfig)subject.Config).Plan(seed: 2) with { LogEvery = 8 };
        var run = new Trainer(subject, images, plan) { Output = TextWriter.Null }.Run();
        var use = subject.Use();

        Assert.True(run.Log[^1].Loss < run.Log[0].Loss, $"{run.Log[0].Loss} to {run.Log[^1].Loss}");
        Assert.Equal(4, use.Count);
        Assert.All(use, epoch => Assert.InRange(epoch.Perplexity, 1, epoch.Used));
        using var batch = Batch.Of(images, [0, 1]);
        var ids = subject.Target.Of(batch.Images).Values;
        Assert.Equal([2, 16], ids.shape);
        Assert.InRange(ids.max().item<long>(), 0, 11);
        Assert.Equal([2, 16, 16], subject.Target.Decode(ids).shape);
    }

    [Fact]
    public void A_collapsed_codebook_stops_the_training_and_says_what_to_change()
    {
        using var scope = NewDisposeScope();
        using var subject = (Tiny with { CollapseFloor = 0.999 }).Build(Teacher(), TinySubject.Images(16), seed: 1);
        using var batch = Batch.Of(TinySubject.Images(8), [0, 1, 2, 3, 4, 5, 6, 7]);
        subject.Target.Network.Quantizer.StartFrom(tensor([.. Enumerable.Repeat(new[] { 1f, 0, 0, 0 }, 12).SelectMany(code => code)], [12, 4]));   // all codes are one
        subject.Step(batch, new(0, Epoch: 0, batch.Indices));
        var stopped = Assert.Throws<CodebookCollapsedException>(() => subject.Step(batch, new(0, Epoch: 1, batch.Indices)));
        Assert.Contains("of 12 codes in use", stopped.Message);
        Assert.Contains("RestartDeadCodes", stopped.Message);
    }

    [Fact]
    public void Restarts_bring_dead_codes_back()
    {
        using var scope = NewDisposeScope();
        using var subject = (Tiny with { RestartDeadCodes = true }).Build(Teacher(), TinySubject.Images(16), seed: 1);
        using var batch = Batch.Of(TinySubject.Images(8), [0, 1, 2, 3, 4, 5, 6, 7]);
        subject.Target.Network.Quantizer.StartFrom(tensor([.. Enumerable.Repeat(new[] { 1f, 0, 0, 0 }, 12).SelectMany(code => code)], [12, 4]));
        subject.Step(batch, new(0, Epoch: 0, batch.Indices));
        subject.Step(batch, new(0, Epoch: 1, batch.Indices));
        Assert.Equal(1, subject.Use()[0].Used);
        Assert.True(subject.Use()[1].Used > 3, $"{subject.Use()[1].Used} codes after the restart");
    }

    [Fact]
    public void A_teacher_of_another_grid_is_refused()
    {
        using var teacher = new VitTeacher(new LearnedVit(Encoder with { PatchSize = 2 }, Precision.Float32, seed: 9), InputScale.MinusOneToOne, "coarse");
        Assert.Contains("same grid", Assert.Throws<ArgumentException>(() => Tiny.Build(teacher, TinySubject.Images(16), seed: 1)).Message);
    }

    [Fact]
    public void A_constant_image_has_codes_like_any_other()
    {
        using var scope = NewDisposeScope();
        using var subject = Tiny.Build(Teacher(), TinySubject.Images(16), seed: 1);
        var ids = subject.Target.Of(zeros(1, 1, 4, 4)).Values;
        Assert.InRange(ids.min().item<long>(), 0, 11);
    }

    [Fact]
    public void The_cosine_distance_of_a_zero_feature_is_one_and_no_NaN() =>
        Assert.Equal(1, VqKd.CosineDistance(torch.zeros(1, 1, 3), torch.ones(1, 1, 3)).item<float>());

    [Fact]
    public void Too_few_patches_for_the_codes_are_refused() =>
        Assert.Contains("StartImages", Assert.Throws<ArgumentException>(() => (Tiny with { Codes = 1000 }).Build(Teacher(), TinySubject.Images(16), seed: 1)).Message);

    [Fact]
    public void Grey_images_reach_a_colour_teacher_on_its_own_scale()
    {
        using var scope = NewDisposeScope();
        var grey = tensor([0f], [1, 1, 1, 1]);                                     // mean 0.5: pixel 0.5
        var colour = InputScale.Clip.From(grey, new([0.5], [0.25]), 3);
        Assert.Equal(0.069037f, colour[0, 0, 0, 0].item<float>(), 5);              // METHODS 6.3: the red channel of 0.5
        Assert.Equal([1, 3, 1, 1], colour.shape);
    }
}
