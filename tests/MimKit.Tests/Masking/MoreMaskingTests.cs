using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Masking;

/// <summary>Block-wise, unit, grid and attention-guided masks; recorded draws and statistics of the released generators are cases of tests/reference.</summary>
public class MoreMaskingTests
{
    private static PatchGrid Grid(int side) => new(side, side, 4, 1);
    private static Draw Draw(int images) => new(7, 0, [.. Enumerable.Range(0, images).Select(i => (long)i)]);

    [Fact]
    public void Block_wise_masks_have_the_papers_statistics()
    {
        using var scope = NewDisposeScope();
        var mask = new BlockwiseMasking().Draw(Grid(14), Draw(20_000));
        Assert.Equal([20_000, 75], mask.HiddenIds.shape);
        var p = mask.Hidden.to(float32).mean([0]).reshape(14, 14);

        Assert.Equal(0.38265, p.mean().item<double>(), 1e-4);
        foreach (var (y, x) in new[] { (0, 0), (0, 13), (13, 0), (13, 13) }) Assert.Equal(0.046, p[y, x].item<double>(), 0.01);
        Assert.Equal(0.717, p[6..8, 6..8].mean().item<double>(), 0.01);
        Assert.Equal(0.193, p[0, 6..8].mean().item<double>(), 0.01);
    }

    [Fact]
    public void A_mask_is_a_function_of_its_sample_alone()
    {
        using var scope = NewDisposeScope();
        foreach (var masking in new MimKit.Masking[] { new BlockwiseMasking(19, 4), new UnitMasking(0.6, 1), new GridMasking(), new RandomMasking() })
        {
            var all = masking.Draw(Grid(7), Draw(6)).Hidden;
            var later = masking.Draw(Grid(7), new(7, 0, [4, 5])).Hidden;
            Assert.True(all.narrow(0, 4, 2).equal(later), masking.ToString());
        }
    }

    [Fact]
    public void Units_are_hidden_whole_and_their_number_is_rounded_up()
    {
        using var scope = NewDisposeScope();
        var hidden = new UnitMasking().Draw(Grid(14), Draw(50)).Hidden.reshape(50, 7, 2, 7, 2);
        Assert.Equal(50 * 4 * 30, hidden.sum().item<long>());                      // ⌈49 · 0.6⌉ units
        Assert.True(hidden.eq(hidden[.., .., 0..1, .., 0..1]).all().item<bool>());
        Assert.Contains("do not tile", Assert.Throws<ArgumentException>(() => new UnitMasking().Draw(Grid(7), Draw(1))).Message);
    }

    [Fact]
    public void A_grid_keeps_one_patch_of_four()
    {
        using var scope = NewDisposeScope();
        var mask = new GridMasking().Draw(Grid(4), Draw(2));
        Assert.Equal([0, 2, 8, 10], mask.VisibleIds[1].ToArray<long>());
    }

    [Fact]
    public void Attention_guided_masks_hide_what_is_attended_the_more_so_the_colder()
    {
        using var scope = NewDisposeScope();
        var attention = torch.arange(49, float32).add(1).div(1225).unsqueeze(0).expand(400, -1).contiguous();
        double Attended(double temperature)
        {
            var mask = new AttentionMasking(0.5, temperature).Draw(Grid(7), Draw(400), () => attention);
            Assert.Equal([400, 25], mask.HiddenIds.shape);
            return mask.HiddenIds.to(float32).mean().item<double>();
        }

        var (cold, mild, hot) = (Attended(0.02), Attended(1), Attended(1e3));
        Assert.Equal(36, cold, 0.5);                                               // the last 25 of 49
        Assert.Equal(24, hot, 0.5);
        Assert.InRange(mild, hot + 2, cold - 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(49)]
    public void A_mask_that_hides_nothing_or_everything_is_refused(int hidden) =>
        Assert.Contains($"hides {hidden} of 49", Assert.Throws<ArgumentException>(() => new BlockwiseMasking(hidden, 4).Draw(Grid(7), Draw(1))).Message);

    [Fact]
    public void Images_that_hide_different_numbers_are_refused() =>
        Assert.Contains("1, 2", Assert.Throws<ArgumentException>(() => Mask.FromHidden([true, false, false, true, true, false], 3)).Message);
}
