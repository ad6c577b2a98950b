using System.Security.Cryptography;

namespace MimKit.Cli.Tests;

public class FetchTests
{
    const int Kills = 10;

    static void Manifest(TemporaryFolder home, string url, byte[] content, bool published)
    {
        Directory.CreateDirectory(home.At("data-manifests"));
        File.WriteAllText(home.At("data-manifests/remote.yaml"), $$"""
            name: remote
            title: Remote
            licence: none
            homepage: none
            citation: none
            providers: [{ url: '{{url}}{name}' }]
            format: cifar
            files: { archive: { name: remote.tar.gz{{(published ? $", sha256: {Convert.ToHexStringLower(SHA256.HashData(content))}" : "")}} } }
            layout: { label-bytes: 1, train: a.bin, test: b.bin }
            image: { channels: 3, height: 32, width: 32, mean: [0, 0, 0], std: [1, 1, 1] }
            classes: [a, b]
            splits: { train: 1, val: 1, test: 1, val-seed: 1 }
            """);
    }

    static Said Fetch(TemporaryFolder home) => Cli.Start(["data", "fetch", "remote"], ("MIMKIT_HOME", home.Path), ("MIMKIT_DATA", home.At("cache"))).End();

    [Fact]
    public void Killed_at_ten_random_moments_it_resumes_and_never_shows_half_a_file()
    {
        var content = RandomNumberGenerator.GetBytes(4 << 20);
        using var home = new TemporaryFolder();
        using var server = new FileServer(content, chunkPauseMilliseconds: 4);       // about a second and a half for the whole
        Manifest(home, server.Url, content, published: true);
        var final = home.At("cache/remote/remote.tar.gz");
        var moments = new Random(7);
        var killed = 0;
        for (var i = 0; i < Kills && !File.Exists(final); i++, killed++)
        {
            using var fetch = Cli.Start(["data", "fetch", "remote"], ("MIMKIT_HOME", home.Path), ("MIMKIT_DATA", home.At("cache")));
            if (i >= 2) WaitForMore(final + ".partial", fetch);                      // the first two are killed while they start
            Thread.Sleep(moments.Next(100));
            fetch.Kill();                                                            // SIGKILL
            fetch.WaitForExit();
            if (File.Exists(final)) Assert.Equal(content, File.ReadAllBytes(final));
        }
        Assert.True(killed >= 3, $"the download was over after {killed} kills");
        var said = Fetch(home);
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("its published checksum is right", said.Out);
        Assert.Equal(content, File.ReadAllBytes(final));
        Assert.True(server.ResumedRequests > 0);
        Assert.DoesNotContain(Directory.GetFiles(home.At("cache/remote")), path => path.EndsWith(".partial"));
    }

    static void WaitForMore(string partial, System.Diagnostics.Process fetch)
    {
        long Length() => File.Exists(partial) ? new FileInfo(partial).Length : 0;
        for (var before = Length(); Length() <= before && !fetch.HasExited;) Thread.Sleep(5);
    }

    [Fact]
    public void A_file_without_a_published_checksum_has_its_own_recorded_and_is_held_to_it()
    {
        var content = RandomNumberGenerator.GetBytes(10_000);
        using var home = new TemporaryFolder();
        using var server = new FileServer(content, chunkPauseMilliseconds: 0);
        Manifest(home, server.Url, content, published: false);
        Assert.Contains($"recorded sha256 {Convert.ToHexStringLower(SHA256.HashData(content))}", Fetch(home).Out);
        content[5] ^= 1;
        File.WriteAllBytes(home.At("cache/remote/remote.tar.gz"), content);
        var said = Cli.Start(["data", "verify", "remote"], ("MIMKIT_HOME", home.Path), ("MIMKIT_DATA", home.At("cache"))).End();
        Assert.Equal(1, said.Code);
        Assert.Contains("is not the file that was fetched: wrong checksum", said.Out);
    }

    [Fact]
    public void A_wrong_file_is_refused_and_not_gone_on_from()
    {
        var content = RandomNumberGenerator.GetBytes(10_000);
        using var home = new TemporaryFolder();
        using var server = new FileServer(content, chunkPauseMilliseconds: 0);
        Manifest(home, server.Url, [1, 2, 3], published: true);
        var said = Fetch(home);
        Assert.Equal(1, said.Code);
        Assert.Contains("wrong checksum", said.Error);
        Assert.Empty(Directory.GetFiles(home.At("cache/remote"), "*.partial"));
    }

    [Fact]
    public void A_server_that_does_not_answer_is_named_with_what_else_can_be_done()
    {
        using var home = new TemporaryFolder();
        Manifest(home, "http://127.0.0.1:9/", [], published: false);
        var said = Fetch(home);
        Assert.Equal(1, said.Code);
        Assert.Contains("http://127.0.0.1:9/", said.Error);
        Assert.Contains("The files belong into", said.Error);
    }
}
