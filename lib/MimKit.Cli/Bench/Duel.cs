namespace MimKit.Cli.Bench;

/// <summary>Ours and a peer's measure, taken in turns so that a busy moment of the machine falls on both.</summary>
/// <param name="Ours">Median over rounds.</param>
/// <param name="Theirs">Median over rounds.</param>
/// <param name="Rounds">How many turns each had.</param>
sealed record Duel(double Ours, double Theirs, int Rounds)
{
    /// <summary>Ours over theirs: a rate wants it above 1, a cost below.</summary>
    public double Ratio => Ours / Theirs;

    /// <summary>Runs both, alternating who starts; each run gives the same measures in the same order.</summary>
    /// <returns>One duel a measure.</returns>
    public static IReadOnlyList<Duel> Fight(int rounds, Func<double[]> ours, Func<double[]> theirs)
    {
        var (mine, others) = (new double[rounds][], new double[rounds][]);
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0) (mine[round], others[round]) = (ours(), theirs());
            else (others[round], mine[round]) = (theirs(), ours());
        }
        return [.. Enumerable.Range(0, mine[0].Length).Select(i => new Duel(Median(mine.Select(run => run[i])), Median(others.Select(run => run[i])), rounds))];
    }

    static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
