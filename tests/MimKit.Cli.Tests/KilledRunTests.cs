namespace MimKit.Cli.Tests;

/// <summary>A run that is killed at any moment goes on to the bits of one that never stopped. One kill of one method; with MIMKIT_TEST_ALL=1 ten of three.</summary>
public sealed class KilledRunTests : IDisposable
{
    static readonly bool All = Environment.GetEnvironmentVariable("MIMKIT_TEST_ALL") is "1";
    static readonly int Kills = All ? 10 : 1, Epochs = All ? 6 : 2;

    public static TheoryData<string> Methods => All ? ["mae", "cluster-mim", "data2vec"] : ["mae"];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Epochs of 26 steps with a checkpoint after each.
    System.Diagnostics.Process Start(string method, string run) => Cli.Start(
    [
        "pretrain", method, "--out", _folder.At(run), "--resume", "--epochs", $"{Epochs}", "--set", "Encoder.Width=16", "--set", "Encoder.Blocks=3", "--set", "Encoder.Heads=2",
        "--set", "BatchSize=2048", "--set", "WarmupEpochs=0",
        .. method == "data2vec" ? Array.Empty<string>() : ["--set", "Decoder.Width=16", "--set", "Decoder.Blocks=1", "--set", "Decoder.Heads=2"],
    ]);

    string[] Checkpoints(string run) => Directory.Exists(_folder.At(run)) ? Directory.GetFiles(_folder.At(run), "checkpoint-*.safetensors") : [];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Killed_at_random_moments_a_run_ends_in_the_same_bits(string method)
    {
        var said = Start(method, "whole").End();
        Assert.True(said.Code == 0, said.Error);
        var expected = Checkpoints("whole").Max()!;

        var (moments, killed) = (new Random(11), 0);
        while (killed < Kills)
        {
            var before = Checkpoints("killed").Max();
            using var run = Start(method, "killed");
            while (killed % 2 == 0 && Checkpoints("killed").Max() == before && !run.HasExited) Thread.Sleep(5);      // every other one is killed after another epoch
            Thread.Sleep(moments.Next(killed % 2 == 0 ? 300 : 3000));
            if (run.HasExited) break;                                                                               // all done before so many kills
            run.Kill();
            run.WaitForExit();
            killed++;
        }
        Assert.True(killed >= Math.Min(Kills, 2), $"the run was over after {killed} kills");
        said = Start(method, "killed").End();
        Assert.True(said.Code == 0, said.Error);

        var found = Checkpoints("killed").Max()!;
        Assert.Equal(Path.GetFileName(expected), Path.GetFileName(found));
        Assert.Equal(File.ReadAllBytes(expected), File.ReadAllBytes(found));
    }
}
