using MimKit.Runtime;

namespace MimKit;

// Quirks of the released code (naver-ai/dtm @322df2e), behind Fidelity.AsReleased:
//   it draws the tokens to merge, 0 to N, and not those to be left; rounds up, so that n = 1, k = 14 merges 14 (MorphSchedule.Released);
//   divides tokens by even and odd place instead of at random; guards token 0 as if it were a class token, though v has none, so the top left
//   patch always stays alone; weighs merged tokens by their size in later matching, where the paper's algorithm takes means of means.

/// <summary>
/// Dynamic token morphing (Kim et al., ICLR 2025, arXiv 2401.00254; METHODS 4): similar target tokens are merged by rounds of bipartite matching, to a
/// number of tokens and in a number of rounds that are drawn anew each step.
/// </summary>
public sealed record DynamicMorphing : Morphing
{
    /// <summary>Least number of tokens left, N̄: n is uniform from here to <see cref="MostTokens"/>.</summary>
    public int FewestTokens { get; init; } = 1;
    /// <summary>Null: all, N.</summary>
    public int? MostTokens { get; init; }

    /// <summary>k is uniform from here to <see cref="MostRounds"/>.</summary>
    public int FewestRounds { get; init; } = 1;
    /// <summary>K. The paper's was not found: the code's.</summary>
    public int MostRounds { get; init; } = 14;

    /// <summary>L: groupings a step, each with its own n and k; a step's images share them.</summary>
    public int Draws { get; init; } = 2;

    public Fidelity Follow { get; init; } = Fidelity.Paper;

    /// <summary>The same granularity at every step: what the ablations call fixed.</summary>
    public static DynamicMorphing Fixed(int tokens, int rounds) =>
        new() { FewestTokens = tokens, MostTokens = tokens, FewestRounds = rounds, MostRounds = rounds, Draws = 1 };

    public override IReadOnlyList<Grouping> Draw(Tensor v, Draw draw)
    {
        var tokens = (int)v.size(1);
        Check(tokens);
        using var products = BipartiteGroups.Products(v);                          // one for all draws
        return [.. Enumerable.Range(0, Draws).Select(l => One(products, tokens, draw, l))];
    }

    /// <summary>The merges of every round, as drawn for one step.</summary>
    /// <param name="tokens">N</param>
    /// <param name="draw">the step's random numbers</param>
    /// <param name="number">which of the step's groupings</param>
    public IReadOnlyList<int> Schedule(int tokens, Draw draw, int number = 0)
    {
        var stream = draw.OfStep(Purpose.Granularity, number);
        var (most, released) = (Math.Min(MostTokens ?? tokens, tokens), Follow == Fidelity.AsReleased);
        var fewest = Math.Min(FewestTokens, most) - (released && most == tokens ? 1 : 0);      // the code may ask for 0 tokens, and never gets there
        var left = fewest + stream.Below(most - fewest + 1);
        var rounds = FewestRounds + stream.Below(MostRounds - FewestRounds + 1);
        return released ? MorphSchedule.Released(tokens, tokens - left, rounds, limit: tokens) : MorphSchedule.Paper(tokens, left, rounds);
    }

    private Grouping One(Tensor products, int tokens, Draw draw, int number)
    {
        var merges = Schedule(tokens, draw, number);
        var released = Follow == Fidelity.AsReleased;
        using var order = released ? null : Halves(tokens, merges, draw, number);
        var group = BipartiteGroups.OfProducts(products, merges, order, guarded: released ? 1 : 0, meansOfMeans: !released);
        return new(group, tokens - merges.Sum());
    }

    // every round's random halves, of every image
    private static Tensor Halves(int tokens, IReadOnlyList<int> merges, Draw draw, int number)
    {
        var (rounds, t) = (new List<(long[] Places, int Tokens)>(), tokens);
        foreach (var (r, round) in merges.Select((r, round) => (r, round)))
        {
            rounds.Add((draw.Permutation(Purpose.Morph, t, number * 256 + round), t));
            t -= r;
        }
        var width = rounds.Sum(round => round.Tokens);
        var all = new long[draw.Count * width];
        var at = 0;
        foreach (var (places, count) in rounds)
        {
            for (var b = 0; b < draw.Count; b++) places.AsSpan(b * count, count).CopyTo(all.AsSpan(b * width + at, count));
            at += count;
        }
        return tensor(all, [draw.Count, width]);
    }

    private void Check(int tokens)
    {
        if (FewestTokens < 1 || FewestTokens > (MostTokens ?? tokens)) throw new ArgumentException($"Morphing leaves {FewestTokens} to {MostTokens ?? tokens} tokens; wanted 1 <= FewestTokens <= MostTokens.");
        if (FewestRounds < 1 || FewestRounds > MostRounds || MostRounds > 200) throw new ArgumentException($"Morphing takes {FewestRounds} to {MostRounds} rounds; wanted 1 <= FewestRounds <= MostRounds <= 200.");
        if (Draws < 1) throw new ArgumentException($"Draws is {Draws}; at least one grouping a step is needed.");
    }

    public override string ToString() =>
        $"morphed to {(FewestTokens == MostTokens ? $"{FewestTokens}" : $"{FewestTokens} to {MostTokens?.ToString() ?? "all"}")} tokens in {(FewestRounds == MostRounds ? $"{MostRounds}" : $"{FewestRounds} to {MostRounds}")} rounds"
        + (Draws == 1 ? "" : $", {Draws} drawn a step") + (Follow == Fidelity.AsReleased ? ", as released" : "") + (NormaliseTarget ? ", target standardised" : "");
}
