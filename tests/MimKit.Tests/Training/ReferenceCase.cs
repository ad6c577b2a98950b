using System.Text.Json;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Training;

/// <summary>One case of tests/reference: its tensors, and its entry in index.json.</summary>
internal sealed class ReferenceCase
{
    private static readonly string Folder = Find();
    private static readonly Lazy<JsonElement[]> Index = new(() =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "index.json"))).RootElement.GetProperty("cases").EnumerateArray()]);

    public ReferenceCase(string name)
    {
        Tensors = Safetensors.Load(Path.Combine(Folder, name + ".safetensors"));
        Entry = Index.Value.Single(entry => entry.GetProperty("name").GetString() == name);
    }

    public IReadOnlyDictionary<string, Tensor> Tensors { get; }
    public JsonElement Entry { get; }
    public JsonElement Config => Entry.GetProperty("config");
    public Tensor this[string name] => Tensors[name];

    /// <summary>The index's rule: max|x - ref| at most absolute + relative * max|ref|.</summary>
    public void AssertClose(string name, ReadOnlySpan<double> values)
    {
        var expected = Tensors[name].to(ScalarType.Float64).ToArray<double>();
        var tolerance = Entry.GetProperty("tolerance");
        Assert.Equal(expected.Length, values.Length);
        var allowed = tolerance.GetProperty("absolute").GetDouble() + tolerance.GetProperty("relative").GetDouble() * expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - values[i]) <= allowed, $"{name}[{i}] is {values[i]:R}, reference {expected[i]:R}, allowed {allowed:E1}");
    }

    public void AssertClose(string name, Tensor values) => AssertClose(name, values.detach().to(ScalarType.Float64).ToArray<double>());

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "tests", "reference") is var folder && Directory.Exists(folder)) return folder;
        throw new DirectoryNotFoundException($"tests/reference lies in no folder above {AppContext.BaseDirectory}.");
    }
}
