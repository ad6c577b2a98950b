using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Models;

public class VitTests
{
    [Fact]
    public void Patch_values_come_in_the_order_row_column_channel()
    {
        using var scope = NewDisposeScope();
        var values = new float[3 * 4 * 4];
        for (var c = 0; c < 3; c++)
            for (var y = 0; y < 4; y++)
                for (var x = 0; x < 4; x++) values[(c * 4 + y) * 4 + x] = 100 * c + 10 * y + x;
        var grid = new PatchGrid(2, 2, 2, 3);
        var image = torch.tensor(values, [1, 3, 4, 4]);

        var patches = grid.Cut(image);

        Assert.Equal([0, 100, 200, 1, 101, 201, 10, 110, 210, 11, 111, 211], patches[0, 0].ToArray<float>());
        Assert.Equal([2, 102, 202, 3, 103, 203, 12, 112, 212, 13, 113, 213], patches[0, 1].ToArray<float>());
        Assert.Equal([20, 120, 220, 21], patches[0, 2].ToArray<float>()[..4]);
        Assert.Equal([22, 122, 222, 23], patches[0, 3].ToArray<float>()[..4]);
        Assert.True(grid.Join(patches).equal(image));
    }

    [Fact]
    public void Images_of_another_size_are_refused_with_both_sizes()
    {
        using var image = zeros(2, 1, 28, 32);
        var error = Assert.Throws<ArgumentException>(() => VitConfig.Mini28.Grid().Cut(image)).Message;
        Assert.Contains("[2, 1, 28, 32]", error);
        Assert.Contains("[B, 1, 28, 28]", error);
    }

    [Fact]
    public void Positions_have_the_column_in_the_first_half_and_the_row_in_the_second()
    {
        using var scope = NewDisposeScope();
        var right = SinCosPositions.Table(8, 2, 2)[0, 2].ToArray<float>();
        float[] expected = [0.841471f, 0.01f, 0.540302f, 0.99995f, 0, 0, 1, 1];
        for (var i = 0; i < 8; i++) Assert.Equal(expected[i], right[i], 5);
    }

    [Fact]
    public void Names_are_those_of_a_mae_checkpoint()
    {
        using var network = new MaskedAutoencoder(VitConfig.Mini28, DecoderConfig.Mini28, 16, Precision.Float32, seed: 0);
        var names = network.state_dict().Keys.ToHashSet();

        foreach (var name in new[] { "cls_token", "pos_embed", "mask_token", "decoder_pos_embed", "patch_embed.proj.weight", "blocks.5.attn.qkv.bias", "blocks.0.mlp.fc1.weight", "norm.weight", "decoder_embed.weight", "decoder_blocks.1.norm2.bias", "decoder_norm.bias", "decoder_pred.weight" })
            Assert.Contains(name, names);
        Assert.Equal([192, 1, 4, 4], network.state_dict()["patch_embed.proj.weight"].shape);
        Assert.DoesNotContain("pos_embed", network.named_parameters().Select(p => p.name));                   // fixed
    }

    [Fact]
    public void Shapes_that_cannot_work_are_refused_with_their_numbers()
    {
        foreach (var (config, part) in new (VitConfig, string)[]
        {
            (VitConfig.Mini28 with { PatchSize = 5 }, "patch size 5 does not divide it. Resize to 25"),
            (VitConfig.Mini28 with { Heads = 5 }, "Width 192 does not split into 5 heads"),
            (VitConfig.Mini28 with { Width = 6, Heads = 3 }, "Width 6 is no multiple of 4"),
            (VitConfig.Mini28 with { Blocks = 0 }, "at least 1"),
        })
            Assert.Contains(part, Assert.Throws<ArgumentException>(() => new Vit(config, Precision.Float32)).Message);
    }
}
