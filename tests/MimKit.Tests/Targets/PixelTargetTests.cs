using MimKit.Data;
using MimKit.Models;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class PixelTargetTests
{
    private static readonly PatchGrid Grid = new(1, 2, 2, 1);

    // left patch 1 2 / 3 4, right patch all 5
    private static Tensor Image() => torch.tensor([1f, 2, 5, 5, 3, 4, 5, 5], [1, 1, 2, 4]);

    [Fact]
    public void Standardised_pixels_use_the_unbiased_variance()
    {
        using var scope = NewDisposeScope();
        var values = new PixelTarget(Grid).Of(Image()).Values[0, 0].ToArray<float>();

        for (var i = 0; i < 4; i++) Assert.Equal((i - 1.5) / Math.Sqrt(5.0 / 3 + 1e-6), values[i], 5);
    }

    [Fact]
    public void A_constant_patch_is_left_out_where_asked()
    {
        using var scope = NewDisposeScope();
        Assert.Null(new PixelTarget(Grid).Of(Image()).Counted);
        var target = new PixelTarget(Grid, skipConstant: true).Of(Image());

        Assert.Equal([1, 0], target.Counted!.ToArray<float>());
        Assert.Equal([0, 0, 0, 0], target.Values[0, 1].ToArray<float>());
        Assert.Equal([0f], target.At(torch.tensor([1L], [1, 1])).Counted!.ToArray<float>());
    }

    [Fact]
    public void Raw_pixels_are_the_patches()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([1, 2, 3, 4, 5, 5, 5, 5], new PixelTarget(Grid, normalised: false).Of(Image()).Values.ToArray<float>());
    }

    [Fact]
    public void The_share_of_constant_patches_is_counted()
    {
        var noise = TinySubject.Images(2);
        var pixels = noise.Pixels.ToArray();
        foreach (var (y, x) in new[] { (0, 0), (0, 1), (1, 0), (1, 1) }) pixels[y * 4 + x] = 9;

        Assert.Equal(0, PixelTarget.ConstantShare(noise, 2));
        Assert.Equal(1 / 8.0, PixelTarget.ConstantShare(new ImageSet(noise.Manifest, "one", pixels, noise.Labels), 2));
    }

    [Fact]
    public void Low_pass_pixels_keep_a_ramp_and_lose_a_checkerboard()
    {
        using var scope = NewDisposeScope();
        var grid = new PatchGrid(4, 4, 4, 1);
        Tensor Image(Func<int, int, float> pixel) => tensor([.. Enumerable.Range(0, 256).Select(i => pixel(i / 16, i % 16))], [1, 1, 16, 16]);
        Tensor Of(Tensor image) => new PixelTarget(grid, normalised: false, lowPass: 1.5).Of(image).Values;

        var inner = Of(Image((_, x) => x)).reshape(4, 4, 4, 4)[1];                 // [columns, y, x] of the second row of patches
        Assert.Equal([5f, 6, 7], inner[1][0].narrow(0, 1, 3).ToArray<float>().Select(value => MathF.Round(value, 4)));
        Assert.InRange(Of(Image((y, x) => (y + x) % 2)).sub(0.5).abs().max().item<float>(), 0, 0.01f);
        Assert.Equal(1, Of(Image((_, _) => 1)).mean().item<float>(), 5);
        Assert.Contains("below a blur of 1.5", new PixelTarget(grid, lowPass: 1.5).ToString());
        Assert.Contains("Take less than 5.33", Assert.Throws<ArgumentException>(() => { new PixelTarget(grid, lowPass: 6).Of(zeros(1, 1, 16, 16)); }).Message);
    }
}
