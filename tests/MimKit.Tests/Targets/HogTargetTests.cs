using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class HogTargetTests
{
    private static readonly PatchGrid One = new(1, 1, 4, 1);

    private static float[] Of(Func<int, int, double> pixel, PatchGrid grid, int cell, int window = 0)
    {
        using var scope = NewDisposeScope();
        var side = grid.Rows * grid.PatchSize;
        var image = tensor([.. Enumerable.Range(0, side * side).Select(i => (float)pixel(i / side, i % side))], [1, 1, side, side]);
        return new HogTarget(grid, cell, window).Of(image).Values.ToArray<float>();
    }

    [Fact]
    public void A_flat_image_has_no_gradient() => Assert.All(Of((_, _) => 0.7, One, 4), value => Assert.Equal(0, value, 0.05f));

    // gx < 0 and gy = 0 where brightness grows to the right: atan2(gx, 0) = −π/2, its bin −4.5 floors to −5, mod 9 is 4
    [Fact]
    public void Brightness_that_grows_to_the_right_falls_into_one_bin() =>
        Assert.Equal([0f, 0, 0, 0, 1, 0, 0, 0, 0], Of((_, x) => x, One, 4));

    // gy < 0 and gx = 0: atan2(0, negative) = π, bin 9 mod 9 is 0
    [Fact]
    public void Brightness_that_grows_downwards_falls_into_another() =>
        Assert.Equal([1f, 0, 0, 0, 0, 0, 0, 0, 0], Of((y, _) => y, One, 4));

    [Fact]
    public void The_opposite_direction_falls_into_the_same_or_the_next_bin_as_the_paper_floors()
    {
        Assert.Equal(4, Array.IndexOf(Of((_, x) => -x, One, 4), 1f));              // atan2(positive, 0) = π/2: 4.5 floors to 4
    }

    [Fact]
    public void Every_cell_has_unit_length_and_its_own_place()
    {
        var values = Of((y, x) => Math.Sin(1.3 * x) + Math.Cos(0.9 * y * x), new(2, 2, 4, 1), 2);
        Assert.Equal(4 * 36, values.Length);
        for (var patch = 0; patch < 4; patch++)
            for (var cell = 0; cell < 4; cell++)
                Assert.Equal(1, Enumerable.Range(0, 9).Sum(bin => Math.Pow(values[patch * 36 + bin * 4 + cell], 2)), 4);
    }

    [Fact]
    public void Colour_at_16_pixels_has_the_papers_108_values() => Assert.Equal(108, new HogTarget(new(14, 14, 16, 3)).Size);

    [Fact]
    public void The_window_weighs_a_cell_but_a_lone_direction_keeps_its_histogram() =>
        Assert.Equal(Of((_, x) => x, One, 4), Of((_, x) => x, One, 4, window: 4));

    [Fact]
    public void Cells_that_do_not_divide_a_patch_are_refused() =>
        Assert.Contains("Take one of 1, 2, 4", Assert.Throws<ArgumentException>(() => new HogTarget(One, 3)).Message);

    // another variant (differences instead of Sobel's gradients, no window, no padding at edges): alike, not equal
    [Fact]
    public void It_correlates_with_scikit_images_variant_at_nine_tenths()
    {
        using var scope = NewDisposeScope();
        using var stored = new SafetensorsFile(Stored("hog.safetensors"));
        var ours = new HogTarget(new(14, 14, 8, 1), cell: 8, window: 0).Of(stored.Read("images")).Values.flatten();
        var theirs = stored.Read("hog").flatten();
        var (a, b) = (ours - ours.mean(), theirs - theirs.mean());
        var correlation = ((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt()).item<float>();
        Assert.InRange(correlation, 0.9f, 1);
    }

    private static string Stored(string name)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, "tests", "reference", "skimage", name) is var path && File.Exists(path)) return path;
        throw new FileNotFoundException($"tests/reference/skimage/{name} is not above {AppContext.BaseDirectory}");
    }
}
