using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Predictors;

public class MaePredictorTests
{
    private static readonly VitConfig Encoder = new() { Width = 16, Blocks = 2, Heads = 2, PatchSize = 4, ImageSize = 12, Channels = 1 };

    private static MaePredictor Predictor(Precision precision = Precision.Float32) => new(new(Encoder, new(8, 1, 2), 5, precision, seed: 1));

    private static Tensor Images(ulong seed = 1) => torch.tensor(new Draw(seed, 0, [0, 1]).Uniform(Purpose.Noise, 144), [2, 1, 12, 12]);

    private static Mask Mask() => new GivenMasking([true, false, true, true, true, false, true, true, true]).Draw(Encoder.Grid(), new(0, 0, [0, 1]));

    [Fact]
    public void What_is_hidden_cannot_be_seen()
    {
        using var scope = NewDisposeScope();
        using var network = Predictor().Network;
        var predictor = new MaePredictor((MaskedAutoencoder)network);
        var grid = Encoder.Grid();
        var (a, b) = (grid.Cut(Images(1)), grid.Cut(Images(2)).clone());
        foreach (var visible in new[] { 1, 5 }) b.narrow(1, visible, 1).copy_(a.narrow(1, visible, 1));

        var first = predictor.Predict(grid.Join(a), Mask())[Output.Mim].At(null);
        var second = predictor.Predict(grid.Join(b), Mask())[Output.Mim].At(null);

        Assert.True(first.equal(second));
        b.narrow(1, 5, 1).add_(1);
        Assert.False(first.equal(predictor.Predict(grid.Join(b), Mask())[Output.Mim].At(null)));
    }

    [Fact]
    public void The_head_at_some_patches_gives_what_it_gives_at_all()
    {
        using var scope = NewDisposeScope();
        var predictor = Predictor();
        var mask = Mask();
        var latents = predictor.Predict(Images(), mask)[Output.Mim];
        var all = latents.At(null);                                                // [2, 9, 5]

        Assert.Equal([2, 9, 5], all.shape);
        Assert.Equal([2, 7, 5], latents.At(mask.HiddenIds).shape);
        Assert.True(latents.At(mask.HiddenIds).allclose(Fused.TakeTokens(all, mask.HiddenIds), 1e-5, 1e-6));
        predictor.Network.Dispose();
    }

    [Fact]
    public void The_order_of_visible_patches_does_not_matter()
    {
        using var scope = NewDisposeScope();
        var predictor = Predictor();
        var mask = Mask();
        var turned = mask with { VisibleIds = mask.VisibleIds.flip(1).contiguous() };

        Assert.True(predictor.Predict(Images(), mask)[Output.Mim].At(null).allclose(predictor.Predict(Images(), turned)[Output.Mim].At(null), 1e-5, 1e-5));
        predictor.Network.Dispose();
    }

    [Fact]
    public void All_patches_visible_in_order_is_the_encoding_of_the_whole_image()
    {
        using var scope = NewDisposeScope();
        var predictor = Predictor();
        var ids = arange(9L, int64).expand(2, -1).contiguous();

        Assert.True(predictor.Tokens(Images()).allclose(((MaskedAutoencoder)predictor.Network).Encode(Images(), ids), 1e-5, 1e-6));
        predictor.Network.Dispose();
    }

    [Fact]
    public void In_bfloat16_predictions_stay_close_and_every_gradient_is_float32()
    {
        using var scope = NewDisposeScope();
        var (exact, rounded) = (Predictor(), Predictor(Precision.BFloat16));
        var (u, v) = (exact.Predict(Images(), Mask())[Output.Mim].At(null), rounded.Predict(Images(), Mask())[Output.Mim].At(null));

        Assert.Equal(bfloat16, v.dtype);
        Assert.InRange((u - v.to(float32)).norm().item<float>() / u.norm().item<float>(), 0, 0.03);
        v.to(float32).square().mean().backward();
        Assert.All(rounded.Network.named_parameters(), named =>
        {
            Assert.Equal(float32, named.parameter.grad!.dtype);
            Assert.True(named.parameter.grad!.isfinite().all().item<bool>(), named.name);
        });
        exact.Network.Dispose();
        rounded.Network.Dispose();
    }
}
