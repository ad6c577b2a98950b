using System.Text.Json;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check;

/// <summary>One case: its entry in the index, and the tensors of its file, read at the first question and freed by the scope it was asked in.</summary>
sealed class ReferenceCase
{
    readonly Dictionary<string, JsonElement> _described;
    readonly Lazy<Dictionary<string, Tensor>> _tensors;

    public ReferenceCase(string folder, JsonElement entry)
    {
        Entry = entry;
        (Name, Section, Kind) = (Text("name"), Text("section"), Text("kind"));
        (Config, Path) = (entry.GetProperty("config"), System.IO.Path.Combine(folder, Text("file")));
        _described = entry.GetProperty("tensors").EnumerateArray().ToDictionary(tensor => tensor.GetProperty("name").GetString()!);
        _tensors = new(Read);
    }

    public string Name { get; }
    public string Section { get; }

    /// <summary>Decides the runner.</summary>
    public string Kind { get; }

    /// <summary>The settings that the numbers were made with.</summary>
    public JsonElement Config { get; }

    /// <summary>The whole entry of index.json.</summary>
    public JsonElement Entry { get; }

    /// <summary>The file that holds the numbers, or is to be read.</summary>
    public string Path { get; }

    /// <summary>What an implementation must give: outputs by their name, gradients with "g." before it.</summary>
    public IEnumerable<string> Expected => _described.Keys.Where(name => Role(name) is "output" or "gradient");

    public bool Has(string name) => _described.ContainsKey(name);

    /// <exception cref="KeyNotFoundException">The case has no such tensor.</exception>
    public Tensor this[string name] => _tensors.Value.TryGetValue(name, out var tensor) ? tensor
        : throw new KeyNotFoundException($"the case has no tensor '{name}'; it has {string.Join(", ", _tensors.Value.Keys.Take(12))}");

    /// <summary>An input that a gradient is wanted of.</summary>
    public Tensor Leaf(string name) => this[name].requires_grad_();

    /// <summary>How many inputs or outputs are numbered behind a name: 3 for grad_0, grad_1, grad_2.</summary>
    public int Count(string name) => Enumerable.Range(0, int.MaxValue).TakeWhile(i => Has($"{name}_{i}")).Count();

    /// <summary>Weights and buffers under their state-dict names.</summary>
    /// <param name="prefix">only those below it, without it</param>
    public Dictionary<string, Tensor> Weights(string prefix = "") =>
        _described.Keys.Where(name => name.StartsWith("w." + prefix, StringComparison.Ordinal) && Role(name) == "weight").ToDictionary(name => name[(2 + prefix.Length)..], name => this[name]);

    /// <summary>Gives a module the case's weights, all of them and no others.</summary>
    /// <param name="module">a module with the usual names</param>
    /// <param name="prefix">where its weights lie in the case</param>
    public void LoadInto(nn.Module module, string prefix = "") => module.load_state_dict(Weights(prefix));

    public double Number(string setting) => Config.GetProperty(setting).GetDouble();
    public int Integer(string setting) => Config.GetProperty(setting).GetInt32();
    public double[] Numbers(string setting) => [.. Config.GetProperty(setting).EnumerateArray().Select(number => number.GetDouble())];

    /// <summary>max|x - ref| may be absolute + relative · max|ref|; 0 for integers and truth values.</summary>
    public double Allowed(string name, double largest)
    {
        if (!_described[name].GetProperty("dtype").GetString()!.Contains('F')) return 0;   // I64, U8
        var tolerance = Entry.GetProperty("tolerance");
        var relative = tolerance.GetProperty(Role(name) == "gradient" ? "relative_gradients" : "relative").GetDouble();
        return tolerance.GetProperty("absolute").GetDouble() + relative * largest;
    }

    string Text(string name) => Entry.GetProperty(name).GetString()!;

    // Files of weights are compared as wholes: their tensors have no role.
    string? Role(string name) => _described[name].TryGetProperty("role", out var role) ? role.GetString() : null;

    Dictionary<string, Tensor> Read()
    {
        var tensors = Safetensors.Load(Path);
        foreach (var (name, described) in _described)
            if (described.TryGetProperty("boolean", out var boolean) && boolean.GetBoolean()) tensors[name] = tensors[name].to(ScalarType.Bool);
        return tensors;
    }
}
