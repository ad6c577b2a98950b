using System.Diagnostics;

namespace MimKit.Runtime.Tests;

public class DrawTests
{
    static long[] Range(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    [Fact]
    public void A_sample_has_the_same_numbers_in_any_batch()
    {
        var together = new Draw(3, 2, [5, 9, 7]).Uniform(Purpose.Mask, 49);
        var alone = new Draw(3, 2, [9]).Uniform(Purpose.Mask, 49);

        Assert.Equal(alone, together[49..98]);
        Assert.Equal(new Draw(3, 2, [9]).Permutation(Purpose.Mask, 49), new Draw(3, 2, [7, 9]).Permutation(Purpose.Mask, 49)[49..]);
    }

    [Fact]
    public void Seed_purpose_epoch_sample_and_draw_each_change_the_numbers()
    {
        var first = new Draw(1, 0, [0]).Uniform(Purpose.Mask, 8);

        Assert.NotEqual(first, new Draw(2, 0, [0]).Uniform(Purpose.Mask, 8));
        Assert.NotEqual(first, new Draw(1, 1, [0]).Uniform(Purpose.Mask, 8));
        Assert.NotEqual(first, new Draw(1, 0, [1]).Uniform(Purpose.Mask, 8));
        Assert.NotEqual(first, new Draw(1, 0, [0]).Uniform(Purpose.Crop, 8));
        Assert.NotEqual(first, new Draw(1, 0, [0]).Uniform(Purpose.Mask, 8, draw: 1));
        Assert.Equal(first, new Draw(1, 0, [0]).Uniform(Purpose.Mask, 8));
    }

    [Fact]
    public void Uniform_numbers_have_the_moments_of_the_uniform_distribution()
    {
        var values = new Draw(11, 0, Range(2000)).Uniform(Purpose.Noise, 50);

        Assert.InRange(values.Average(v => (double)v), 0.497, 0.503);                        // sd of the mean: 0.0009
        Assert.InRange(values.Average(v => (v - 0.5) * (v - 0.5)), 1 / 12.0 - 0.001, 1 / 12.0 + 0.001);
    }

    [Fact]
    public void A_permutation_holds_every_number_once_and_every_place_is_equally_likely()
    {
        const int samples = 20_000, count = 8;
        var values = new Draw(4, 0, Range(samples)).Permutation(Purpose.Mask, count);

        var places = new int[count, count];
        for (var b = 0; b < samples; b++)
        {
            var row = values[(b * count)..((b + 1) * count)];
            Assert.Equal(Range(count), row.Order());
            for (var i = 0; i < count; i++) places[i, row[i]]++;
        }
        foreach (var hits in places) Assert.InRange(hits, 2500 - 250, 2500 + 250);           // five standard deviations of a binomial
    }

    [Fact]
    public void The_order_of_an_epoch_depends_on_seed_and_epoch_alone()
    {
        var order = Draw.Order(5, 3, 1000);

        Assert.Equal(order, Draw.Order(5, 3, 1000));
        Assert.Equal(Range(1000), order.Order());
        Assert.NotEqual(order, Draw.Order(5, 4, 1000));
        Assert.NotEqual(order, Draw.Order(6, 3, 1000));
    }

    [Fact]
    public void The_numbers_are_those_of_the_first_release()
    {
        // any change of the counter's layout would silently change every run: these values are frozen
        var values = new Draw(42, 1, [7]).Uniform(Purpose.Mask, 3);
        var block = Philox.Block(new(0, 7, 1, 2 << 16), 42);

        Assert.Equal([Philox.ToUniform(block.X0), Philox.ToUniform(block.X1), Philox.ToUniform(block.X2)], values);
    }

    [Fact]
    public void An_index_or_draw_that_does_not_fit_is_refused()
    {
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => new Draw(0, 0, [-1]).Uniform(Purpose.Mask, 1)).Message);
        Assert.Contains("65536", Assert.Throws<ArgumentOutOfRangeException>(() => new Draw(0, 0, [0]).Uniform(Purpose.Mask, 1, draw: 65536)).Message);
    }

    [Fact]
    public void The_masks_of_a_batch_cost_far_less_than_a_step()
    {
        var draw = new Draw(1, 0, Range(256));
        for (var i = 0; i < 200; i++) draw.Uniform(Purpose.Mask, 49);                        // until compiled
        var fastest = Enumerable.Range(0, 20).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            draw.Uniform(Purpose.Mask, 49);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        });

        Assert.True(fastest < 1000, $"256 x 49 uniforms took {fastest:F0} microseconds; about 60 are usual.");
    }
}
