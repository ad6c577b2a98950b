using MimKit.Cli.Notebooks;
using MimKit.Notebook;

namespace MimKit.Cli.Tests;

public sealed class TokenizerCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Clusters_are_made_kept_and_judged()
    {
        string[] make = ["tokenizer", "clusters", "--set", "Clusters=5", "--set", "Epochs=1", "--out", _folder.At("run")];
        Assert.Equal("", Cli.Run(make).Error);
        var said = Cli.Run("tcas", _folder.At("run"));
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("fashion-mnist val", said.Out);
        Assert.Contains("recalled, never read", said.Out);
        Assert.Contains("5 / 5", said.Out);

        NotebookHost.Session();
        foreach (var part in new[] { "5 of 5 codes in use on fashion-mnist val", "What the ids alone are worth", "Where codes stand" }) Assert.Contains(part, Html(Trained.Tokenizer(_folder.At("run"))));
        Assert.Contains("pixels, standardised", Html(new PixelTarget(new(7, 7, 4, 1))));      // no tokenizer: its text

        Assert.Contains("already holds a run", Cli.Run(make).Error);
        Assert.Contains("there are: train, val, test", Cli.Run("tcas", _folder.At("run"), "--split", "nothing").Error);
        Assert.Contains("a DinoConfig is wanted", Cli.Run("teacher", "show", _folder.At("run")).Error);
    }

    static string Html(object value) => Formatter.Format(value).TextOf(MimeBundle.Html)!;

    [Theory]
    [InlineData("tokenizer train nothing", "there are: vq-kd, dvae, clusters")]
    [InlineData("teacher train nothing", "there are: dino")]
    [InlineData("tcas nowhere", "holds no run")]
    [InlineData("tokenizer train vq-kd --set Codes=few", "a whole number")]
    public void What_is_not_there_is_an_error_that_says_what_is(string arguments, string expected)
    {
        var said = Cli.Run(arguments.Split(' '));
        Assert.Equal(1, said.Code);
        Assert.Contains(expected, said.Error);
    }

    [Fact]
    public void A_dry_run_of_a_teacher_says_its_record()
    {
        var said = Cli.Run("teacher", "train", "dino", "--dry-run", "--out", _folder.At("dino"));
        Assert.Equal(0, said.Code);
        Assert.Contains("TeacherMomentum = 0.99", said.Out);
        Assert.False(Directory.Exists(_folder.At("dino")));
    }
}
