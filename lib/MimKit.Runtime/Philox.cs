using System.Runtime.CompilerServices;

namespace MimKit.Runtime;

/// <summary>128 bits that name one block of four random words: the position in the stream, never a state.</summary>
public readonly record struct PhiloxCounter(uint X0, uint X1, uint X2, uint X3);

/// <summary>
/// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a bijection of a
/// 128-bit counter under a 64-bit key. There is nothing to advance or to save, so a draw is the same for any number of workers.
/// </summary>
public static class Philox
{
    /// <summary>Words in a block.</summary>
    public const int Words = 4;

    const uint MultiplierA = 0xD2511F53, MultiplierB = 0xCD9E8D57;   // the paper's table 2
    const uint WeylA = 0x9E3779B9, WeylB = 0xBB67AE85;               // golden ratio, sqrt(3) - 1
    const int Rounds = 10;

    /// <summary>The four random words at <paramref name="counter"/> under <paramref name="key"/> (low 32 bits are the first key word).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxCounter Block(PhiloxCounter counter, ulong key)
    {
        var (x0, x1, x2, x3) = (counter.X0, counter.X1, counter.X2, counter.X3);
        var (k0, k1) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < Rounds; round++)
        {
            var a = (ulong)x0 * MultiplierA;
            var b = (ulong)x2 * MultiplierB;
            (x0, x1, x2, x3) = ((uint)(b >> 32) ^ x1 ^ k0, (uint)b, (uint)(a >> 32) ^ x3 ^ k1, (uint)a);
            k0 += WeylA;
            k1 += WeylB;
        }
        return new(x0, x1, x2, x3);
    }

    /// <summary>Fills with random words: block i of the stream has <c>X0 = i</c>; the other words are <paramref name="stream"/>'s.</summary>
    public static void Fill(Span<uint> words, ulong key, PhiloxCounter stream)
    {
        var whole = words.Length / Words;
        for (var i = 0; i < whole; i++)                     // independent blocks: the processor overlaps several
        {
            var block = Block(stream with { X0 = (uint)i }, key);
            var four = words.Slice(i * Words, Words);
            (four[0], four[1], four[2], four[3]) = (block.X0, block.X1, block.X2, block.X3);
        }
        if (whole * Words == words.Length) return;
        var last = Block(stream with { X0 = (uint)whole }, key);
        ReadOnlySpan<uint> rest = [last.X0, last.X1, last.X2, last.X3];
        rest[..(words.Length - whole * Words)].CopyTo(words[(whole * Words)..]);
    }

    /// <summary>Maps a word to [0, 1) on the 2^24 multiples of 2^-24, all of which float32 holds exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToUniform(uint word) => (word >> 8) * (1f / (1 << 24));
}
