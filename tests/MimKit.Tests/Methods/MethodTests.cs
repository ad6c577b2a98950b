using System.Text.Json;
using MimKit.Data;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Methods;

public class MethodTests
{
    // 4x4 images of 2x2 patches
    private static readonly VitConfig Encoder = new() { Width = 16, Blocks = 2, Heads = 2, PatchSize = 2, ImageSize = 4, Channels = 1 };
    private static readonly MaeConfig Mae = MaeConfig.Mini28 with { Encoder = Encoder, Decoder = new(8, 1, 2), Masking = new RandomMasking(0.5), Precision = Precision.Float32 };
    private static readonly ClusterMimConfig ClusterMim = ClusterMimConfig.Mini28 with
    {
        Encoder = Encoder, Decoder = new(8, 1, 2), Masking = new RandomMasking(0.5), Precision = Precision.Float32, Clusters = 6, ClusterBatch = 32,
    };
    private static readonly ImageSet Images = TinySubject.Images(64);

    private static Batch Batch(int count = 64) => MimKit.Data.Batch.Of(Images, [.. Enumerable.Range(0, count).Select(i => (long)i)]);

    [Fact]
    public void Two_methods_of_one_seed_start_from_the_same_weights()
    {
        using var clusters = ClusterMim.Cluster(Images, seed: 1);
        using var mae = Mae.Build(seed: 3);
        using var clusterMim = ClusterMim.Build(clusters, seed: 3);
        using var other = Mae.Build(seed: 4);
        var (a, b, c) = (mae.Network.state_dict(), clusterMim.Network.state_dict(), other.Network.state_dict());

        Assert.Equal(a.Keys, b.Keys);
        foreach (var (name, tensor) in a)
            if (!name.StartsWith("decoder_pred", StringComparison.Ordinal)) Assert.True(tensor.equal(b[name]), name);
        Assert.False(a["blocks.0.attn.qkv.weight"].equal(c["blocks.0.attn.qkv.weight"]));
        Assert.False(a["blocks.0.attn.qkv.weight"].equal(a["blocks.1.attn.qkv.weight"]));
    }

    [Fact]
    public void Both_methods_learn_and_a_step_leaves_no_tensor_alive()
    {
        using var clusters = ClusterMim.Cluster(Images, seed: 1);
        GC.Collect();                                                              // what earlier tests left must not be freed while this one counts
        GC.WaitForPendingFinalizers();
        foreach (var method in new[] { (Mae with { Precision = Precision.BFloat16 }).Build(seed: 1), ClusterMim.Build(clusters, seed: 1) })
        {
            var alive = new List<long>();
            var plan = new TrainingPlan { Epochs = 30, BatchSize = 16, LearningRate = 5e-3, WarmupEpochs = 1, Seed = 1, LogEvery = 20 };
            var result = new Trainer(method, Images, plan) { Output = TextWriter.Null, OnLog = line => alive.Add(line.LiveTensors) }.Run();

            Assert.True(result.FinalLoss < result.Log[0].Loss, $"{method}: {result.Log[0].Loss} -> {result.FinalLoss}");
            Assert.All(alive, count => Assert.Equal(alive[0], count));
            method.Dispose();
        }
    }

    [Fact]
    public void A_target_that_serves_two_terms_is_evaluated_once_and_the_terms_add_by_weight()
    {
        using var scope = NewDisposeScope();
        var target = new Counting(Encoder.Grid());
        var predictor = new MaePredictor(new(Encoder, new(8, 1, 2), 4, Precision.Float32, seed: 1));
        Term Term(Positions positions, double weight) => new(Output.Mim, target, positions, Morphing.None, new MeanSquared(), weight);
        var batch = Batch(8);
        var draw = new Draw(1, 0, batch.Indices);
        double Loss(params Term[] terms) => new Method("two terms", MimKit.Views.Plain, new RandomMasking(0.5), predictor, terms).Step(batch, draw).item<double>();

        var (masked, visible) = (Loss(Term(Positions.Masked, 1)), Loss(Term(Positions.Visible, 1)));
        target.Calls = 0;

        Assert.Equal(2 * masked + 0.5 * visible, Loss(Term(Positions.Masked, 2), Term(Positions.Visible, 0.5)), 5);
        Assert.Equal(1, target.Calls);
        Assert.Equal((masked + visible) / 2, Loss(Term(Positions.All, 1)), 5);     // half are hidden
    }

    [Fact]
    public void A_target_that_does_not_fit_the_student_is_refused_with_both_sizes()
    {
        using var network = new MaskedAutoencoder(Encoder, new(8, 1, 2), 4, Precision.Float32, seed: 1);
        Method With(PatchGrid grid) => new("x", MimKit.Views.Plain, new RandomMasking(0.5), new MaePredictor(network),
            new Term(Output.Mim, new PixelTarget(grid), Positions.Masked, Morphing.None, new MeanSquared()));

        var grid = Assert.Throws<ArgumentException>(() => With(new(4, 4, 1, 1))).Message;
        Assert.Contains("4x4", grid);
        Assert.Contains("2x2", grid);
        Assert.Contains("needs 12", Assert.Throws<ArgumentException>(() => With(new(2, 2, 2, 3))).Message);
        Assert.Throws<ArgumentException>(() => new Method("x", MimKit.Views.Plain, new RandomMasking(0.5), new MaePredictor(network)));
    }

    [Fact]
    public void Features_are_means_of_the_patches_and_the_same_every_time()
    {
        using var scope = NewDisposeScope();
        using var method = (Mae with { Precision = Precisions.Best }).Build(seed: 1);
        var images = Batch(5).Images;
        var features = method.Encode(images);

        Assert.Equal([5, 16], features.shape);
        Assert.Equal(float32, features.dtype);
        Assert.False(features.requires_grad);
        Assert.True(features.equal(method.Encode(images)));
        Assert.True(features.allclose(method.EncodePatches(images).mean([1]), 1e-5, 1e-6));
        Assert.False(features.equal(method.Encode(images, Pooling.ClassToken)));
    }

    [Fact]
    public void Presets_say_what_the_papers_say()
    {
        Assert.Equal(1.5e-4 * 16, ClusterMimConfig.Base16.Plan(0).LearningRate, 1e-12);
        Assert.Equal(1e-3, ClusterMimConfig.Mini28.Plan(0).LearningRate, 1e-12);
        Assert.Equal((12, 256, 1.0, 0.05, 0.9, 0.95), (ClusterMimConfig.Mini28.Epochs, ClusterMimConfig.Mini28.BatchSize, ClusterMimConfig.Mini28.WarmupEpochs,
            ClusterMimConfig.Mini28.WeightDecay, ClusterMimConfig.Mini28.Beta1, ClusterMimConfig.Mini28.Beta2));
        Assert.Equal((384, new DecoderConfig(256, 8, 8)), (ClusterMimConfig.Small16.Encoder.Width, ClusterMimConfig.Small16.Decoder));
        Assert.Equal((768, new DecoderConfig(512, 8, 16)), (MaeConfig.Base16.Encoder.Width, MaeConfig.Base16.Decoder));
        Assert.Equal((1024, 24), (MaeConfig.Large16.Encoder.Width, MaeConfig.Large16.Encoder.Blocks));
        Assert.Equal(12, ((RandomMasking)MaeConfig.Mini28.Masking).Visible(MaeConfig.Mini28.Encoder.Grid()));
        Assert.Equal(MaeConfig.Mini28.Plan(5), ClusterMimConfig.Mini28.Plan(5));
    }

    [Fact]
    public void A_configuration_written_to_a_run_folder_tells_its_choices()
    {
        var json = JsonSerializer.Serialize(MaeConfig.Base16);
        Assert.Contains("\"MinScale\":0.2", json);
        Assert.Contains("\"Ratio\":0.75", json);
        Assert.Contains("crop-flip", json);
    }

    [Fact]
    public void A_method_describes_its_choices()
    {
        using var clusters = ClusterMim.Cluster(Images, seed: 1);
        using var method = ClusterMim.Build(clusters, seed: 1);

        foreach (var part in new[] { "RandomMasking", "2x2 patches", "CrossEntropy", "6 clusters", "Masked", "plain" }) Assert.Contains(part, method.Describe());
        Assert.Equal(method.Describe(), method.ToString());
        Assert.Contains("Clusters = 6", Assert.Throws<ArgumentException>(() => (ClusterMim with { Clusters = 7 }).Build(clusters, 1)).Message);
    }

    /// <summary>A pixel target that counts how often it is asked.</summary>
    private sealed class Counting(PatchGrid grid) : Target
    {
        public int Calls { get; set; }
        public override PatchGrid Grid => grid;
        public override int Size => grid.PatchValues;
        public override TargetValues Of(Tensor view)
        {
            Calls++;
            return new(grid.Cut(view));
        }
    }
}
