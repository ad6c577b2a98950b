using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Masking;

public class MaskingTests
{
    private static PatchGrid Grid(int side) => new(side, side, 4, 1);
    private static Draw Draw(int images, int epoch = 0) => new(7, epoch, [.. Enumerable.Range(100, images).Select(i => (long)i)]);

    [Fact]
    public void Eight_patches_by_hand()
    {
        using var scope = NewDisposeScope();
        var mask = MimKit.Mask.FromNoise([.3f, .9f, .1f, .5f, .7f, .2f, .8f, .4f], 8, 2);

        Assert.Equal([2, 5], mask.VisibleIds.ToArray<long>());
        Assert.Equal([2, 7, 0, 4, 5, 1, 6, 3], cat([mask.VisibleIds, mask.HiddenIds], 1).argsort(1).ToArray<long>());
        Assert.Equal([true, true, false, true, true, false, true, true], mask.Hidden.ToArray<bool>());
    }

    [Theory]
    [InlineData(14, 0.75, 49)]
    [InlineData(14, 0.60, 78)]
    [InlineData(7, 0.75, 12)]
    public void Random_masking_keeps_exactly(int side, double ratio, int kept)
    {
        using var scope = NewDisposeScope();
        var mask = new RandomMasking(ratio).Draw(Grid(side), Draw(3));

        Assert.Equal([3, kept], mask.VisibleIds.shape);
        Assert.Equal([3, side * side - kept], mask.HiddenIds.shape);
        Assert.Equal(3 * (side * side - kept), mask.Hidden.sum().item<long>());
        Assert.False(mask.Hidden.gather(1, mask.VisibleIds).any().item<bool>());
        Assert.True(mask.Hidden.gather(1, mask.HiddenIds).all().item<bool>());
    }

    [Fact]
    public void Ties_go_to_the_earlier_patch()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0, 1, 2], MimKit.Mask.FromNoise(new float[6], 6, 3).VisibleIds.ToArray<long>());
    }

    [Fact]
    public void An_images_mask_depends_on_its_index_and_epoch_and_not_on_its_batch()
    {
        using var scope = NewDisposeScope();
        var masking = new RandomMasking();
        var batch = masking.Draw(Grid(7), Draw(5)).VisibleIds;
        var alone = masking.Draw(Grid(7), new(7, 0, [103])).VisibleIds;

        Assert.Equal(batch[3].ToArray<long>(), alone.ToArray<long>());
        Assert.NotEqual(alone.ToArray<long>(), masking.Draw(Grid(7), new(7, 1, [103])).VisibleIds.ToArray<long>());
    }

    [Fact]
    public void Every_patch_is_hidden_equally_often()
    {
        using var scope = NewDisposeScope();
        var share = new RandomMasking().Draw(Grid(7), Draw(4000)).Hidden.to(float64).mean([0]);       // [49]

        Assert.InRange((share - 37 / 49.0).abs().max().item<double>(), 0, 0.03);                      // 4.4 deviations
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.99)]          // 0.49 of a patch would stay
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Nothing_hidden_or_nothing_visible_is_refused_with_the_numbers(double ratio)
    {
        using var scope = NewDisposeScope();
        Assert.Contains("of 49 patches", Assert.Throws<ArgumentException>(() => new RandomMasking(ratio).Draw(Grid(7), Draw(1))).Message);
        Assert.Equal(48, new RandomMasking(0.001).Visible(Grid(7)));               // 48.95 stay: one is hidden, which is allowed
    }

    [Fact]
    public void A_given_mask_is_the_same_in_every_image()
    {
        using var scope = NewDisposeScope();
        var mask = new GivenMasking([true, false, false, true]).Draw(Grid(2), Draw(2));

        Assert.Equal([1, 2, 1, 2], mask.VisibleIds.ToArray<long>());
        Assert.Equal([0, 3, 0, 3], mask.HiddenIds.ToArray<long>());
        Assert.Contains("3 patches", Assert.Throws<ArgumentException>(() => new GivenMasking([true, false, false]).Draw(Grid(2), Draw(2))).Message);
        Assert.Contains("hides 4 of 4", Assert.Throws<ArgumentException>(() => new GivenMasking([true, true, true, true]).Draw(Grid(2), Draw(2))).Message);
    }
}
