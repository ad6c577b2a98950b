using System.Text.Json.Nodes;
using MimKit.Cli.Check;

namespace MimKit.Cli.Tests;

public sealed class CheckCommandTests : IDisposable
{
    static readonly string Ours = Home.At("tests", "reference");

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Cases => [.. new[] { "", "torch" }.SelectMany(folder => ReferenceFolder.Open(Path.Combine(Ours, folder)).Select(stored => Path.Combine(folder, stored.Name)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_reference_vector_of_ours_is_met(string named)
    {
        var result = Runners.Run(ReferenceFolder.Open(Path.Combine(Ours, Path.GetDirectoryName(named)!)).Single(stored => stored.Name == Path.GetFileName(named)));
        Assert.True(result.Outcome == Outcome.Pass, result.ToString());
    }

    [Fact]
    public void A_folder_without_an_index_is_an_error_that_says_what_is_wanted()
    {
        var said = Cli.Run("check", _folder.Path);
        Assert.Equal(1, said.Code);
        Assert.Contains("index.json", said.Error);

        File.WriteAllText(_folder.At("index.json"), "[]");
        Assert.Contains("no index of reference vectors", Cli.Run("check", _folder.Path).Error);
    }

    [Fact]
    public void Only_chooses_by_name_kind_or_section()
    {
        var said = Cli.Run("check", Ours, "--only", "LAYER_norm_1e6");
        Assert.Equal(0, said.Code);
        Assert.Contains("pass", said.Out);
        Assert.Contains("1 cases: 1 passed, 0 failed, 0 without a runner", said.Out);
        Assert.Contains("has 'nothing' in its name", Cli.Run("check", Ours, "--only", "nothing").Error);
    }

    [Fact]
    public void A_case_may_have_any_name_and_file_name()
    {
        Copy("gelu_erf", entry => (entry["name"], entry["file"]) = ("curve", "numbers.bin"), file: "numbers.bin");
        var said = Cli.Run("check", _folder.Path);
        Assert.Equal(0, said.Code);
        Assert.StartsWith("curve ", said.Out);
    }

    [Fact]
    public void A_kind_that_nothing_computes_is_printed_and_fails()
    {
        Copy("gelu_erf", entry => entry["kind"] = "elu");
        var said = Cli.Run("check", _folder.Path);
        Assert.Equal(1, said.Code);
        Assert.Contains("no runner", said.Out);
        Assert.Contains("'elu'", said.Out);
        Assert.Contains("0 passed, 0 failed, 1 without a runner", said.Out);
    }

    [Fact]
    public void A_setting_that_changes_the_numbers_fails_with_error_and_tolerance()
    {
        Copy("layer_norm_1e6", entry => entry["config"]!["eps"] = 0.1);
        var said = Cli.Run("check", _folder.Path);
        Assert.Equal(1, said.Code);
        Assert.Matches(@"layer_norm_1e6 +error +\d\.\de-0[12] +tolerance +\d\.\de-0[45] +FAIL +worst of 5:", said.Out);
    }

    [Fact]
    public void A_tolerance_that_is_too_tight_fails()
    {
        Copy("layer_norm_1e6", entry => entry["tolerance"] = new JsonObject { ["relative"] = 0, ["relative_gradients"] = 0, ["absolute"] = 0 });
        Assert.Equal(1, Cli.Run("check", _folder.Path).Code);
    }

    [Fact]
    public void An_output_that_no_runner_computes_fails()
    {
        Copy("gelu_erf", entry => entry["tensors"]![0]!["role"] = "output");       // x, which is given
        var said = Cli.Run("check", _folder.Path);
        Assert.Equal(1, said.Code);
        Assert.Contains("nothing was computed for x", said.Out);
    }

    [Fact]
    public void A_file_that_is_cut_short_fails_and_the_others_are_still_run()
    {
        Copy("gelu_erf", _ => { });
        Copy("layer_norm_1e6", _ => { });
        File.WriteAllBytes(_folder.At("gelu_erf.safetensors"), File.ReadAllBytes(_folder.At("gelu_erf.safetensors"))[..200]);
        var said = Cli.Run("check", _folder.Path);
        Assert.Equal(1, said.Code);
        Assert.Contains("cut short", said.Out);
        Assert.Contains("2 cases: 1 passed, 1 failed", said.Out);
    }

    /// <summary>Adds a case of ours to the test's folder, with its entry changed.</summary>
    void Copy(string name, Action<JsonNode> change, string? file = null)
    {
        var entry = JsonNode.Parse(File.ReadAllText(Path.Combine(Ours, "index.json")))!["cases"]!.AsArray().Single(one => (string)one!["name"]! == name)!.DeepClone();
        change(entry);
        var index = _folder.At("index.json");
        var cases = File.Exists(index) ? JsonNode.Parse(File.ReadAllText(index))! : new JsonObject { ["cases"] = new JsonArray() };
        cases["cases"]!.AsArray().Add(entry);
        File.WriteAllText(index, cases.ToJsonString());
        File.Copy(Path.Combine(Ours, name + ".safetensors"), _folder.At(file ?? name + ".safetensors"));
    }
}
