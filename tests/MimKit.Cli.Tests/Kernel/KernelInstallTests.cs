using System.Text.Json;

namespace MimKit.Cli.Tests;

public sealed class KernelInstallTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    Said Install(params string[] more) => Cli.Run(["kernel", "install", "--prefix", _folder.Path, .. more]);

    string Kernel(string name) => _folder.At($"share/jupyter/kernels/{name}/kernel.json");

    [Fact]
    public void The_kernel_is_described_for_Jupyter_under_its_own_name()
    {
        var said = Install("--name", "mine");
        Assert.True(said.Code == 0, said.Error);
        using var description = JsonDocument.Parse(File.ReadAllText(Kernel("mine")));
        Assert.Equal("C# (MimKit)", description.RootElement.GetProperty("display_name").GetString());
        Assert.Equal("message", description.RootElement.GetProperty("interrupt_mode").GetString());
        var argv = description.RootElement.GetProperty("argv").EnumerateArray().Select(part => part.GetString()!).ToList();
        Assert.Equal("{connection_file}", argv[^1]);
        Assert.True(File.Exists(argv[0]), argv[0]);
    }

    [Fact]
    public void The_alias_of_NET_Interactive_is_taken_only_where_it_is_free()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Kernel(".net-csharp"))!);
        const string Theirs = """{"argv":["dotnet-interactive"],"display_name":".NET (C#)","language":"C#"}""";
        File.WriteAllText(Kernel(".net-csharp"), Theirs);
        Assert.Contains("stays with '.NET (C#)'", Install().Out);
        Assert.Equal(Theirs, File.ReadAllText(Kernel(".net-csharp")));

        Directory.Delete(_folder.At("share"), recursive: true);
        Assert.DoesNotContain("stays", Install().Out);
        Assert.Contains("installed too", Install().Out);                        // again: the alias is ours
        Assert.True(File.Exists(Kernel(".net-csharp")));
    }

    [Theory]
    [InlineData("--name", "no spaces")]
    [InlineData("--user", "--user")]
    public void What_cannot_be_is_refused(string option, string value)
    {
        var said = option == "--user" ? Install("--user") : Install(option, value);
        Assert.Equal(1, said.Code);
        Assert.Contains(option, said.Error);
    }
}
