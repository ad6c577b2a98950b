using System.Reflection;
using System.Text.RegularExpressions;

namespace MimKit.Tests.Compatibility;

/// <summary>
/// lib/MimKit is to compile against TorchSharp 0.107 with -p:TorchBackend=TorchSharp. The package is not at hand everywhere, so its list of
/// public members is: what the compiled library refers to must be on it, or among the differences that docs/torchsharp.md names.
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

    static readonly Lazy<HashSet<string>> Documented = new(() =>
        [.. Regex.Matches(File.ReadAllText(Path.Combine(Home, "docs/torchsharp.md")), @"^- `(.+)`$", RegexOptions.Multiline).Select(m => m.Groups[1].Value)]);

    static HashSet<string> Foreign()
    {
        var api = new TorchSharpApi(File.ReadLines(Path.Combine(Home, "tests/reference/torchsharp-api.txt")));
        return [.. UsedMembers.Of(typeof(Method).Assembly).Where(u => !api.Has(u.Type, u.Member, u.OfTensor)).Select(u => $"{u.Type.Replace("TorchSharp.", "")}.{u.Member}")];
    }

    [Fact]
    public void The_library_uses_what_TorchSharp_has_or_what_the_list_of_differences_names()
    {
        var unknown = Foreign().Except(Documented.Value).Order(StringComparer.Ordinal).ToArray();
        Assert.True(unknown.Length == 0, $"Not in TorchSharp 0.107, nor in docs/torchsharp.md:\n- `{string.Join("`\n- `", unknown)}`");
    }

    [Fact]
    public void The_library_has_no_conditional_code() =>
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(Home, "lib/MimKit"), "*.cs", SearchOption.AllDirectories),
            f => !f.Contains("/obj/") && File.ReadLines(f).Any(l => l.TrimStart().StartsWith("#if")));

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
