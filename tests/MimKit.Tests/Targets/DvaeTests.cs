using MimKit.Tests.Training;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class DvaeTests
{
    private static readonly DvaeConfig Tiny = DvaeConfig.Mini28 with { ImageSize = 4, PatchSize = 2, Hidden = 8, DecoderInput = 8, Codes = 6, Epochs = 3, BatchSize = 8 };

    [Fact]
    public void Training_lowers_the_loss_and_gives_codes_that_decode_to_images()
    {
        using var scope = NewDisposeScope();
        var images = TinySubject.Images(64);
        using var dvae = (Tiny with { Divergence = 0 }).Build(images.Manifest, seed: 1);
        var run = new Trainer(dvae, images, Tiny.Plan(seed: 2) with { LogEvery = 8 }) { Output = TextWriter.Null }.Run();
        Assert.True(run.Log[^1].Loss < run.Log[0].Loss, $"{run.Log[0].Loss} to {run.Log[^1].Loss}");

        var ids = dvae.Target.Of(zeros(3, 1, 4, 4)).Values;
        Assert.Equal([3, 4], ids.shape);
        var pixels = dvae.Target.Decode(ids);
        Assert.Equal([3, 1, 4, 4], pixels.shape);
        Assert.InRange(pixels.max().item<float>(), 0, 1);
    }

    [Fact]
    public void The_divergence_is_zero_for_equal_logits_and_the_log_of_the_codes_for_a_certain_one()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, Dvae.Divergence(zeros(2, 6, 2, 2)).item<float>(), 5);
        var certain = zeros(1, 6, 1, 1);
        certain[0, 2, 0, 0] = tensor(100f);
        Assert.Equal(Math.Log(6), Dvae.Divergence(certain).item<float>(), 4);
    }

    [Fact]
    public void The_released_shape_has_the_released_names()
    {
        using var network = new DvaeNetwork(DvaeConfig.Dalle with { Hidden = 8, Codes = 16, DecoderInput = 8 }, seed: 0);
        var names = network.state_dict().Keys.Where(name => name.StartsWith("encoder.", StringComparison.Ordinal)).ToHashSet();
        foreach (var name in new[] { "encoder.blocks.input.w", "encoder.blocks.group_1.block_2.res_path.conv_4.b", "encoder.blocks.group_2.block_1.id_path.w", "encoder.blocks.output.conv.w" })
            Assert.Contains(name, names);
        Assert.DoesNotContain("encoder.blocks.group_1.block_1.id_path.w", names);  // the width does not change there
        Assert.Equal([16L, 64, 1, 1], network.state_dict()["encoder.blocks.output.conv.w"].shape);
    }

    [Fact]
    public void A_patch_that_is_no_power_of_two_is_refused() =>
        Assert.Contains("power of 2", Assert.Throws<ArgumentException>(() => (Tiny with { ImageSize = 12, PatchSize = 3 }).Grid()).Message);
}
