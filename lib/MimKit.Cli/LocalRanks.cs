using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MimKit.Cli;

/// <summary>Runs this command in several processes on this machine: the ranks of one training. For more machines there are torchrun, srun and mpirun.</summary>
static class LocalRanks
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);      // for the others to hear of a rank's end and write what they have

    /// <summary>Starts the ranks and waits for them; when one fails, the others are given time to stop by themselves.</summary>
    /// <param name="count">Ranks.</param>
    /// <param name="arguments">Of the command line; a rank ignores <c>--processes</c>.</param>
    /// <param name="output">Says what is started; the first rank writes to the terminal itself.</param>
    /// <returns>The first failed rank's exit code; 0 where all succeeded.</returns>
    public static int Run(int count, IReadOnlyList<string> arguments, TextWriter output)
    {
        var threads = Math.Max(1, (int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), out var all) ? all : Environment.ProcessorCount) / count);
        output.WriteLine($"{count} processes of {threads} thread{(threads == 1 ? "" : "s")} each");
        output.Flush();
        var port = FreePort();
        var ranks = Enumerable.Range(0, count).Select(rank => Start(rank, count, port, threads, arguments)).ToList();
        using var interrupt = Forwarded(PosixSignal.SIGINT, 2, ranks);
        using var terminate = Forwarded(PosixSignal.SIGTERM, 15, ranks);
        try
        {
            return Wait(ranks);
        }
        finally
        {
            foreach (var rank in ranks) rank.Dispose();
        }
    }

    static int Wait(List<Process> ranks)
    {
        var (code, failed) = (0, (Stopwatch?)null);
        while (ranks.Any(rank => !rank.HasExited))
        {
            Thread.Sleep(50);
            if (code == 0 && ranks.FirstOrDefault(rank => rank.HasExited && rank.ExitCode != 0) is { } first) (code, failed) = (first.ExitCode, Stopwatch.StartNew());
            if (failed?.Elapsed > Grace) foreach (var rank in ranks.Where(rank => !rank.HasExited)) rank.Kill();
        }
        return code != 0 ? code : ranks.Select(rank => rank.ExitCode).FirstOrDefault(end => end != 0);
    }

    /// <summary>Starts one rank of a group that meets at a port of this machine.</summary>
    /// <param name="rank">From 0.</param>
    /// <param name="count">Ranks.</param>
    /// <param name="port">Free.</param>
    /// <param name="threads">Of each rank.</param>
    /// <param name="arguments">Of the command line.</param>
    /// <param name="heard">Whether the caller reads what it prints; else it prints to the terminal.</param>
    public static Process Start(int rank, int count, int port, int threads, IReadOnlyList<string> arguments, bool heard = false)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(LocalRanks).Assembly.Location, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = heard };
        foreach (var (name, value) in new[] { ("RANK", rank), ("LOCAL_RANK", rank), ("WORLD_SIZE", count), ("MASTER_PORT", port), ("OMP_NUM_THREADS", threads) })
            start.Environment[name] = value.ToString(CultureInfo.InvariantCulture);
        start.Environment["MASTER_ADDR"] = "127.0.0.1";
        return Process.Start(start)!;
    }

    // A terminal sends Ctrl-C to all; a signal to this process alone goes on to them. A rank takes two at once for one.
    static PosixSignalRegistration Forwarded(PosixSignal signal, int number, List<Process> ranks) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        foreach (var rank in ranks.Where(rank => !rank.HasExited)) _ = kill(rank.Id, number);
    });

    /// <summary>A port that nobody listens at just now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc")] static extern int kill(int process, int signal);
}
