using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// The weights of a file under the kit's names, whoever wrote it: BEiT v2, VQ-KD, MAE, ClusterMIM, DINO, DeiT, timm or CLIP, as .pth, TorchScript archive or safetensors.
/// A tensor is read when it is asked for.
/// </summary>
public sealed class OfficialWeights : IDisposable
{
    /// <summary>Where trainers put the state dict, in the order in which it is looked for.</summary>
    private static readonly string[] Levels = ["model", "module", "teacher", "state_dict"];

    /// <summary>What wrappers put before every name.</summary>
    private static readonly string[] Wrappers = ["module.", "backbone.", "_orig_mod."];

    private readonly TorchFile? _pickled;
    private readonly SafetensorsFile? _plain;
    private readonly Dictionary<string, (string Source, long[] Shape)> _tensors = [];

    internal OfficialWeights(string path)
    {
        Path = path;
        if (System.IO.Path.GetExtension(path) == ".safetensors") _plain = new SafetensorsFile(path);
        else _pickled = new TorchFile(path);
        try
        {
            var found = Unwrap(_plain is not null
                ? _plain.Entries.Values.ToDictionary(entry => entry.Name, entry => (entry.Name, entry.Shape))
                : StateOf(_pickled!));
            Family = WeightNames.FamilyOf(found.Keys) ?? throw new InvalidDataException(
                $"{path} holds no weights that are known here. Known: BEiT v2, VQ-KD, MAE, ClusterMIM, DINO, DeiT and timm ViT, CLIP. It has: {string.Join(", ", found.Keys.Take(8))}{(found.Count > 8 ? ", ..." : "")}");
            foreach (var (name, source) in found)
                if (WeightNames.Kits(Family, name) is { } kits) _tensors[kits] = source; else LeftOut.Add(name);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whose weights they are, as their names tell.</summary>
    public WeightFamily Family { get; }

    /// <summary>Names that no model here has: position indices, which are computed; a teacher or a text encoder saved along.</summary>
    public IList<string> LeftOut { get; } = [];

    /// <summary>Every tensor's name in the kit.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The shape of a tensor, which is not read for it.</summary>
    public long[] Shape(string name) => Family == WeightFamily.Clip ? ClipShape(name, Find(name).Shape) : Find(name).Shape;

    /// <summary>Reads one tensor, on the CPU, in the file's type.</summary>
    public Tensor Read(string name)
    {
        var source = Find(name).Source;
        var tensor = _plain is not null ? _plain.Read(source) : _pickled!.Read(source);
        if (Family != WeightFamily.Clip) return tensor;
        return name == "head.weight" ? tensor.t() : tensor.reshape(ClipShape(name, tensor.shape));       // CLIP multiplies from the left: x @ proj
    }

    /// <summary>Every tensor by its name in the kit.</summary>
    public Dictionary<string, Tensor> State() => Names.ToDictionary(name => name, Read);

    public void Dispose()
    {
        _pickled?.Dispose();
        _plain?.Dispose();
    }

    public override string ToString() => $"{System.IO.Path.GetFileName(Path)}: {Family}, {_tensors.Count} tensors, {_tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1L, (a, b) => a * b)):N0} values";

    private (string Source, long[] Shape) Find(string name) => _tensors.TryGetValue(name, out var found) ? found
        : throw new KeyNotFoundException($"{Path} has no tensor '{name}'. It has: {string.Join(", ", Names.Take(12))}, ...");

    // CLIP keeps its class token as [D] and its positions as [1 + N, D].
    private static long[] ClipShape(string name, long[] shape) => name switch
    {
        "cls_token" => [1, 1, .. shape], "pos_embed" => [1, .. shape], "head.weight" => [shape[1], shape[0]], _ => shape,
    };

    // Names in Python's way, with dots: keys of a state dict have them, attributes of a TorchScript or pickled module are joined by them.
    private static Dictionary<string, (string, long[])> StateOf(TorchFile file)
    {
        var level = Levels.FirstOrDefault(key => file.Entries.Keys.Any(path => path.StartsWith(key + "/", StringComparison.Ordinal)));
        var below = level is null ? "" : level + "/";
        return file.Entries.Where(entry => entry.Key.StartsWith(below, StringComparison.Ordinal)).ToDictionary(
            entry => string.Join('.', entry.Key[below.Length..].Split('/').Where(part => part is not ("_modules" or "_parameters" or "_buffers"))),
            entry => (entry.Key, entry.Value.Shape));
    }

    private static Dictionary<string, (string, long[])> Unwrap(Dictionary<string, (string, long[])> state)
    {
        // a run of several networks in one flat file: the one that is used afterwards
        if (WeightNames.FamilyOf(state.Keys) is null && Levels.FirstOrDefault(level => state.Keys.Any(name => name.StartsWith(level + ".", StringComparison.Ordinal))) is { } part)
            state = state.Where(tensor => tensor.Key.StartsWith(part + ".", StringComparison.Ordinal)).ToDictionary(tensor => tensor.Key[(part.Length + 1)..], tensor => tensor.Value);
        while (Wrappers.FirstOrDefault(prefix => state.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)) && WeightNames.FamilyOf(state.Keys) is null) is { } wrapper)
            state = state.ToDictionary(tensor => tensor.Key.StartsWith(wrapper, StringComparison.Ordinal) ? tensor.Key[wrapper.Length..] : tensor.Key, tensor => tensor.Value);
        return state;
    }
}
