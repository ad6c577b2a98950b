using System.Text.RegularExpressions;

namespace MimKit.Tests.Compatibility;

/// <summary>
/// The libraries compile against TorchSharp 0.107 with -p:TorchBackend=TorchSharp. The package is not at hand everywhere, so its public members
/// are, as declarations; docs/torchsharp.md says what that proves and what it does not.
/// </summary>
public class TorchSharpTests
{
    static readonly string Home = Environment.GetEnvironmentVariable("MIMKIT_HOME") is { Length: > 0 } home ? home : Found();

    static string Found()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MimKit.sln"))) folder = Path.GetDirectoryName(folder.TrimEnd('/'))!;
        return folder;
    }

    static readonly string[] Libraries = ["MimKit.TorchSharp", "MimKit.Runtime", "MimKit", "MimKit.Charts"];

    // all libraries, in the order of their references: a declaration of 600 kB is read once
    static readonly Lazy<(TorchSharpBuild Build, Dictionary<string, string[]> Errors)> Built = new(() =>
    {
        var build = new TorchSharpBuild(Home);
        return (build, Libraries.ToDictionary(name => name, build.Project));
    });

    [Theory]
    [InlineData("MimKit.TorchSharp")]
    [InlineData("MimKit.Runtime")]
    [InlineData("MimKit")]
    [InlineData("MimKit.Charts")]
    public void The_library_compiles_against_TorchSharp(string library) =>
        Assert.True(Built.Value.Errors[library].Length == 0, string.Join("\n", Built.Value.Errors[library]));

    [Theory]
    [InlineData("x.softmax(-1).mean([1]).MoveToOuterDisposeScope();", null)]
    [InlineData("cat([x, x], 0).requires_grad_();", null)]
    [InlineData("F.embedding(x, x);", "CS0117")]                    // PyTorch has it, TorchSharp has not
    [InlineData("if (x.is_cpu) return;", "CS0428")]                 // a method there
    [InlineData("_ = x.Version;", null)]                            // of MimKit.TorchSharp
    [InlineData("_ = x.Versions;", "CS1061")]
    public void A_member_that_TorchSharp_does_not_have_is_found(string code, string? error)
    {
        var errors = Built.Value.Build.Snippet(code);
        if (error is null) Assert.Empty(errors); else Assert.Contains(errors, e => e.Contains(error));
    }

    [Fact]
    public void The_libraries_name_no_binding() =>
        Assert.DoesNotContain(Libraries[1..].SelectMany(name => Directory.EnumerateFiles(Path.Combine(Home, "lib", name), "*.cs", SearchOption.AllDirectories)),
            f => !f.Contains("/obj/") && File.ReadLines(f).Any(l => l.TrimStart().StartsWith("#if") || l.Contains("MimKit.Torch") || l.Contains("TorchSharp.")));

    /// <summary>Where TorchSharp's default is not PyTorch's, a call that leaves the value out would mean two things.</summary>
    [Theory]
    [InlineData(@"optim\.AdamW\(", "weight_decay:|[Gg]roup")]       // a group is made with its own
    [InlineData(@"\.kl_div\(", "log_target:")]
    [InlineData(@"\.hinge_embedding_loss\(", "margin:")]
    public void Defaults_that_differ_are_passed_by_name(string call, string argument)
    {
        foreach (var file in new[] { "lib/MimKit", "lib/MimKit.Cli", "lib/MimKit.Runtime" }.SelectMany(d => Directory.EnumerateFiles(Path.Combine(Home, d), "*.cs", SearchOption.AllDirectories)).Where(f => !f.Contains("/obj/")))
            foreach (Match found in Regex.Matches(File.ReadAllText(file), call + @"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"))
                Assert.True(Regex.IsMatch(found.Value, argument), $"{file}: {found.Value} leaves {argument} to the binding.");
    }
}
