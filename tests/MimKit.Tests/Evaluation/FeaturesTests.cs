using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Tests.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class FeaturesTests
{
    private static readonly ImageSet Images = TinySubject.Images(23);

    [Fact]
    public void Features_come_in_the_order_of_the_set_whatever_the_batch()
    {
        using var scope = NewDisposeScope();
        var whole = Features.Extract(images => images.reshape(-1, 16) * 2, Images);
        var parts = Features.Extract(images => (images.reshape(-1, 16) * 2).to(ScalarType.BFloat16), Images, batchSize: 5);

        Assert.Equal([23, 16], whole.X.shape);
        Assert.Equal(ScalarType.Float32, parts.X.dtype);
        Assert.True(whole.X.allclose(parts.X, 1e-2, 1e-2));
        Assert.Same(Images.Labels, whole.Labels);
        Assert.Equal("noise train", whole.Source);
    }

    [Fact]
    public void Raw_pixels_lie_between_zero_and_one()
    {
        using var scope = NewDisposeScope();
        var pixels = Features.RawPixels(Images);

        Assert.Equal([23, 16], pixels.X.shape);
        Assert.Equal(Images.Pixels[20] / 255f, pixels.X[1, 4].item<float>(), 1e-6f);
    }

    [Fact]
    public void Tokens_keep_the_grid_in_a_row()
    {
        using var scope = NewDisposeScope();
        var tokens = Features.Tokens(images => images.reshape(-1, 16).gt(0).to(ScalarType.Int64), codes: 2, Images, batchSize: 7);

        Assert.Equal([23, 16], tokens.Ids.shape);
        Assert.Equal(Images.Pixels.Take(16).Select(p => p >= 128 ? 1L : 0), tokens.Ids[0].ToArray<long>());
    }

    [Fact]
    public void An_encoder_that_does_not_pool_is_refused()
    {
        using var scope = NewDisposeScope();

        Assert.Contains("wanted [23, D]", Assert.Throws<ArgumentException>(() => Features.Extract(images => images, Images)).Message);
    }
}
