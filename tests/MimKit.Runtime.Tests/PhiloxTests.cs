namespace MimKit.Runtime.Tests;

public class PhiloxTests
{
    // Random123's kat_vectors, lines "philox4x32 10": counter, key, expected words
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        { [~0u, ~0u, ~0u, ~0u], [~0u, ~0u], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
        { [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1] },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Block_gives_the_known_answers_of_Random123(uint[] counter, uint[] key, uint[] expected)
    {
        var block = Philox.Block(new(counter[0], counter[1], counter[2], counter[3]), (ulong)key[1] << 32 | key[0]);

        Assert.Equal(expected, new[] { block.X0, block.X1, block.X2, block.X3 });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    public void Fill_is_block_after_block_cut_to_the_length(int length)
    {
        var words = new uint[length];
        Philox.Fill(words, 7, new(0, 1, 2, 3));

        var expected = Enumerable.Range(0, 3).Select(i => Philox.Block(new((uint)i, 1, 2, 3), 7))
            .SelectMany(b => new[] { b.X0, b.X1, b.X2, b.X3 }).Take(length);
        Assert.Equal(expected, words);
    }

    [Fact]
    public void Uniform_values_stay_below_one_and_reach_both_ends()
    {
        Assert.Equal(0f, Philox.ToUniform(0));
        Assert.Equal(1f - 1f / (1 << 24), Philox.ToUniform(uint.MaxValue));
    }
}
