using System.Diagnostics;
using System.Globalization;
using MimKit.Data;
using MimKit.Methods;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Cli.Bench;

/// <summary>Two processes of one thread beside one process of one thread: the same batches, the same model.</summary>
static class Ranks
{
    const int Rounds = 3, Steps = 60, Batch = 256;

    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        if (Environment.GetEnvironmentVariable("WORLD_SIZE") is not null)          // one of the processes that this bench starts
        {
            bench.Log.WriteLine(Trained(Rendezvous.FromEnvironment()).ToString("R", CultureInfo.InvariantCulture));
            yield break;
        }
        var duel = Duel.Fight(Rounds, ours: () => [Together(2, bench.Cancellation)], theirs: () => [Together(1, bench.Cancellation)])[0];
        yield return new($"MAE, batch {Batch}, 2 processes", "images/s", duel, "1 thread a process; wanted: at least 1.6") { Peer = "1 process" };
    }

    static double Trained(Rendezvous? place)
    {
        using var ranks = place is null ? null : new GlooGroup(place);
        var config = MaeConfig.Mini28 with { BatchSize = Batch };
        using var method = config.Build(seed: 0);
        var plan = config.Plan(seed: 0) with { Epochs = 1, WarmupEpochs = 0, LogEvery = 10 };
        return new Trainer(method, Datasets.Open("fashion-mnist").Train.Take(Steps * Batch), plan) { Output = TextWriter.Null, Ranks = ranks }.Run().ImagesPerSecond;
    }

    // images a second that the first rank saw the whole group do
    static double Together(int processes, CancellationToken cancellation)
    {
        var port = LocalRanks.FreePort();
        var ranks = Enumerable.Range(0, processes).Select(rank => LocalRanks.Start(rank, processes, port, threads: 1, ["bench", "--only", "ranks"], heard: true)).ToList();
        using var stop = cancellation.Register(() => ranks.ForEach(rank => rank.Kill()));
        var said = ranks.ConvertAll(rank => rank.StandardOutput.ReadToEndAsync(CancellationToken.None));
        foreach (var rank in ranks) rank.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        var last = said[0].Result.Trim().Split('\n')[^1];
        if (ranks.Any(rank => rank.ExitCode != 0)) throw new PeerException($"a rank ended with code {ranks.Max(rank => rank.ExitCode)}: {last}");
        ranks.ForEach(rank => rank.Dispose());
        return double.Parse(last, CultureInfo.InvariantCulture);
    }
}
