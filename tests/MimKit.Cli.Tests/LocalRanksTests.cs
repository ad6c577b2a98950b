using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MimKit.Runtime;

namespace MimKit.Cli.Tests;

/// <summary>A fact about several processes; skipped where this build has no process groups.</summary>
sealed class SeveralFactAttribute : FactAttribute
{
    public SeveralFactAttribute()
    {
        if (!GlooGroup.IsAvailable) Skip = "libmimkit_dist.so was not built: apt-get install libgloo-dev, then ./mimkit setup";
    }
}

public sealed class LocalRanksTests : IDisposable
{
    static readonly string[] Tiny =
    [
        "--set", "Encoder.Width=16", "--set", "Encoder.Blocks=1", "--set", "Encoder.Heads=2", "--set", "Decoder.Width=16", "--set", "Decoder.Blocks=1",
        "--set", "Decoder.Heads=2", "--set", "BatchSize=2048", "--set", "WarmupEpochs=0", "--set", "Precision=Float32",
    ];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    string[] Pretrain(int epochs, params string[] more) =>
        ["pretrain", "mae", "--out", _folder.At("run"), "--epochs", epochs.ToString(CultureInfo.InvariantCulture), .. Tiny, .. more];

    [SeveralFact]
    public void Two_processes_train_into_one_run_folder_and_one_goes_on_from_it()
    {
        var said = Cli.Start(Pretrain(1, "--processes", "2"), ("OMP_NUM_THREADS", "2")).End();
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("2 processes of 1 thread each", said.Out);
        Assert.Equal(said.Out.IndexOf("run folder", StringComparison.Ordinal), said.Out.LastIndexOf("run folder", StringComparison.Ordinal));    // one rank speaks
        var resumed = Cli.Run(Pretrain(1, "--resume"));
        Assert.True(resumed.Code == 0, resumed.Error);
    }

    [SeveralFact]
    public void A_killed_rank_stops_the_other_which_names_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        listener.Stop();
        Process Rank(string rank) => Cli.Start(Pretrain(1000), ("RANK", rank), ("WORLD_SIZE", "2"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", port), ("OMP_NUM_THREADS", "1"));
        var (first, second) = (Rank("0"), Rank("1"));
        for (var waited = Stopwatch.StartNew(); !File.Exists(_folder.At("run/trainer.safetensors"));)      // they are in the middle of it
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2) && !first.HasExited && !second.HasExited, "the two never wrote a checkpoint");
            Thread.Sleep(100);
        }
        second.Kill();
        Assert.NotEqual(0, second.End().Code);
        var said = first.End();
        Assert.Equal(1, said.Code);
        Assert.Contains("rank 1 ended without a word", said.Error);
        Assert.Contains("--resume", said.Error);
    }

    [Theory]
    [InlineData("MASTER_ADDR=node1 RANK=1 MASTER_PORT=29500", "WORLD_SIZE")]
    [InlineData("MASTER_ADDR=node1 RANK=2 WORLD_SIZE=2 MASTER_PORT=29500", "RANK is '2'")]
    public void Variables_that_do_not_fit_are_named(string variables, string named)
    {
        var all = variables.Split(' ').Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1])).ToArray();
        var said = Cli.Start(Pretrain(1), all).End();
        Assert.Equal(1, said.Code);
        Assert.Contains(named, said.Error);
    }
}
