using MimKit.Data;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Data;

public class MixingTests
{
    [Fact]
    public void A_cutmix_box_lies_about_its_centre_and_ends_at_the_edge()
    {
        var box = Mixing.Box(32, 48, 0.75, 14, 7);     // half of each side
        Assert.Equal(new MixBox(6, 22, 0, 19), box);
        Assert.Equal(1 - 16 * 19 / 1536.0, Mixing.AreaOutside(32, 48, box));
    }

    [Fact]
    public void Targets_are_those_of_the_methods_notes()
    {
        using var scope = NewDisposeScope();
        var (_, targets) = Mixing.Mix(zeros([2, 1, 2, 2]), tensor(new long[] { 1, 3 }), 4, 0.7, null, 0.1);
        Assert.Equal(new[] { 0.025f, 0.655f, 0.025f, 0.295f }, targets[0].ToArray<float>().Select(v => MathF.Round(v, 6)));      // METHODS 6.4
    }

    [Fact]
    public void A_drawn_mix_follows_the_step_and_switches_half_of_the_time()
    {
        using var scope = NewDisposeScope();
        var (images, labels) = (arange(4 * 64, float32).reshape(4, 1, 8, 8), tensor(new long[] { 0, 1, 2, 3 }));
        var cuts = 0;
        for (var i = 0; i < 200; i++)
        {
            var draw = new Draw(1, i, [5, 6, 7, 8]);
            var (mixed, targets) = new Mixing().Draw(images, labels, 4, draw);
            Assert.True(mixed.equal(new Mixing().Draw(images, labels, 4, draw).Images));
            Assert.Equal(1, targets[0].sum().item<float>(), 1e-5f);
            if (mixed[0].eq(images[0]).logical_or(mixed[0].eq(images[3])).all().item<bool>()) cuts++;
        }
        Assert.InRange(cuts, 70, 130);
    }

    [Fact]
    public void An_odd_batch_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("even batch", Assert.Throws<ArgumentException>(() => new Mixing().Draw(zeros([3, 1, 2, 2]), zeros([3], int64), 2, new(0, 0, [0, 1, 2]))).Message);
    }
}
