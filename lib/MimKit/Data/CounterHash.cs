namespace MimKit.Data;

/// <summary>
/// Numbers that depend on (seed, stream, counter) alone: the SplitMix64 output function (Steele, Lea, Flood, OOPSLA 2014)
/// applied to a counter. Which images are in a validation split and the order of every epoch follow from it,
/// so its values are fixed for ever; a test pins them.
/// </summary>
public readonly struct CounterHash
{
    private const ulong Golden = 0x9E3779B97F4A7C15;   // 2^64 / golden ratio, SplitMix64's increment
    private readonly ulong _key;

    /// <param name="seed">The experiment's seed.</param>
    /// <param name="stream">Separates uses that share a seed, such as the epoch number.</param>
    public CounterHash(ulong seed, ulong stream = 0) => _key = Mix(Mix(seed + Golden) + stream * Golden);

    /// <summary>The 64 bits at a counter.</summary>
    public ulong Bits(ulong counter) => Mix(_key + (counter + 1) * Golden);

    /// <summary>An integer in [0, bound), by the high half of a 128-bit product (bias below bound / 2^64).</summary>
    public int Below(int bound, ulong counter) => (int)Math.BigMul(Bits(counter), (ulong)bound, out _);

    /// <summary>A permutation of 0 … count − 1: Fisher and Yates from the last place down, counter = place.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = Below(i + 1, (ulong)i);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
