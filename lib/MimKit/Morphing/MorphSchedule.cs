namespace MimKit;

/// <summary>How many pairs each round of token morphing merges (METHODS 4.1, 4.3). A round can merge at most half of its tokens.</summary>
public static class MorphSchedule
{
    /// <summary>
    /// The paper's: k rounds that merge ⌊(N − n)/k⌋ each and the last one the rest, so that n tokens are left. Where a round's share is more than half of
    /// its tokens, the surplus is carried on, into further rounds if need be: the paper does not say, and n must be reached.
    /// </summary>
    /// <param name="tokens">N</param>
    /// <param name="left">n, 1 to N</param>
    /// <param name="rounds">k, 1 or more</param>
    public static IReadOnlyList<int> Paper(int tokens, int left, int rounds)
    {
        if (left < 1 || left > tokens || rounds < 1)
            throw new ArgumentException($"{tokens} tokens cannot be morphed to {left} in {rounds} rounds: 1 to {tokens} are left after 1 round or more.");
        var (merges, each, carried, t) = (new List<int>(), (tokens - left) / rounds, 0, tokens);
        for (var p = 1; p <= rounds || carried > 0; p++)
        {
            var wanted = carried + (p < rounds ? each : p == rounds ? tokens - left - (rounds - 1) * each : 0);
            var r = Math.Min(wanted, t / 2);
            (carried, t) = (wanted - r, t - r);
            if (r > 0) merges.Add(r);
        }
        return merges;
    }

    /// <summary>
    /// The released code's: ⌈n/k⌉ each round, or ⌊n/k⌋ where that times k would exceed <paramref name="limit"/>; a round stops short at half of the
    /// tokens that are not guarded, so that other numbers than asked for are left.
    /// </summary>
    /// <param name="tokens">N</param>
    /// <param name="merge">n: how many tokens are to go</param>
    /// <param name="rounds">k</param>
    /// <param name="limit">the code's n1, whichever draw it is</param>
    /// <param name="guarded">tokens that never merge into another</param>
    public static IReadOnlyList<int> Released(int tokens, int merge, int rounds, int limit, int guarded = 1)
    {
        var (merges, t) = (new List<int>(), tokens);
        for (var p = 0; p < rounds; p++)
        {
            var r = Math.Max(0, Math.Min(EachRound(merge, rounds, limit), (t - guarded) / 2));
            if (r == 0) break;
            merges.Add(r);
            t -= r;
        }
        return merges;
    }

    /// <summary>What a round of the released code asks for.</summary>
    public static int EachRound(int merge, int rounds, int limit)
    {
        var ceiling = (merge + rounds - 1) / rounds;
        return ceiling * rounds > limit ? merge / rounds : ceiling;
    }
}
