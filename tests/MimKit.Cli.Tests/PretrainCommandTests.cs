namespace MimKit.Cli.Tests;

public sealed class PretrainCommandTests : IDisposable
{
    // As small as a run can be that still has every part: a second or two an epoch.
    static readonly string[] Tiny =
    [
        "--set", "Encoder.Width=16", "--set", "Encoder.Blocks=1", "--set", "Encoder.Heads=2", "--set", "Decoder.Width=16", "--set", "Decoder.Blocks=1",
        "--set", "Decoder.Heads=2", "--set", "BatchSize=2048", "--set", "WarmupEpochs=0",
    ];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    Said Pretrain(string method, params string[] more) => Cli.Run(["pretrain", method, "--out", _folder.At("run"), .. more]);

    [Theory]
    [InlineData("mae", "MaeConfig")]
    [InlineData("cluster-mim", "ClusterMimConfig")]
    public void A_dry_run_says_what_would_be_trained_and_writes_nothing(string method, string record)
    {
        var said = Pretrain(method, "--dry-run", "--epochs", "3", "--set", "Masking.Ratio=0.6", "--seed", "7");
        Assert.Equal(0, said.Code);
        foreach (var part in new[] { record, "Epochs = 3", "Ratio = 0.6", "Seed = 7", "214 steps an epoch, 642 in all", " parameters, ", "about ", " for 642 steps at ", "from 10 steps on this machine" }) Assert.Contains(part, said.Out);
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Theory]
    [InlineData("nothing", "", "there are: mae, u-mae, cluster-mim, beit, beit2, maskfeat, simmim")]
    [InlineData("mae", "--model nothing", "Mini28")]
    [InlineData("mae", "--set Encoder.Width=wide", "a whole number")]
    [InlineData("mae", "--set Depth=3", "it has: Encoder")]
    [InlineData("mae", "--data nothing", "fashion-mnist")]
    [InlineData("mae", "--epochs 1", "WarmupEpochs")]
    public void What_cannot_be_trained_is_an_error_that_says_what_can(string method, string arguments, string expected)
    {
        var said = Pretrain(method, [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--dry-run"]);
        Assert.Equal(1, said.Code);
        Assert.Contains(expected, said.Error);
    }

    [Fact]
    public void A_run_is_written_guarded_and_gone_on_with()
    {
        Assert.Equal("", Pretrain("mae", [.. Tiny, "--epochs", "1"]).Error);
        Assert.True(File.Exists(_folder.At("run/run.json")));

        var again = Pretrain("mae", [.. Tiny, "--epochs", "1"]);
        Assert.Equal(1, again.Code);
        Assert.Contains("--resume", again.Error);

        var other = Pretrain("mae", [.. Tiny, "--epochs", "2", "--resume"]);
        Assert.Equal(1, other.Code);
        Assert.Contains("holds another run", other.Error);

        var resumed = Pretrain("mae", [.. Tiny, "--epochs", "1", "--resume"]);
        Assert.True(resumed.Code == 0, resumed.Error);
    }
}
