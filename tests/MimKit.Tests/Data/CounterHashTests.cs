using MimKit.Data;

namespace MimKit.Tests.Data;

public class CounterHashTests
{
    [Fact]
    public void Bits_are_fixed_for_ever()
    {
        Assert.Equal(0x568a9b0b1a2c05ecUL, new CounterHash(0).Bits(0));
        Assert.Equal(0xec50d48dab756b5dUL, new CounterHash(42, 7).Bits(123));
    }

    [Fact]
    public void Permutation_holds_every_place_once() =>
        Assert.Equal(Enumerable.Range(0, 1000), new CounterHash(3, 1).Permutation(1000).Order());

    [Fact]
    public void Seed_and_stream_each_change_the_order()
    {
        var order = new CounterHash(3, 1).Permutation(1000);
        Assert.Equal(order, new CounterHash(3, 1).Permutation(1000));
        Assert.NotEqual(order, new CounterHash(4, 1).Permutation(1000));
        Assert.NotEqual(order, new CounterHash(3, 2).Permutation(1000));
        Assert.NotEqual(order, new CounterHash(1, 3).Permutation(1000));
    }

    [Fact]
    public void Below_is_even_over_its_range()
    {
        var counts = new int[7];
        var hash = new CounterHash(11);
        for (var i = 0UL; i < 70_000; i++) counts[hash.Below(7, i)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));   // 4 standard deviations
    }
}
