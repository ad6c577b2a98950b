using System.Text.Json;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>Files of weights: those to be read, bit for bit as a twin in another format says, and those to be refused.</summary>
static class WeightFiles
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["checkpoint"] = Read, ["checkpoint_refuse"] = Refuse };

    static void Read(ReferenceCase stored, Findings found)
    {
        using var file = new TorchFile(stored.Path);
        var twin = Safetensors.Load(Path.Combine(Path.GetDirectoryName(stored.Path)!, stored.Entry.GetProperty("twin").GetString()!));
        foreach (var name in twin.Keys.Union(file.Entries.Keys))
            found.Judge(name, twin.TryGetValue(name, out var expected) && file.Entries.ContainsKey(name) && SameBits(expected, file.Read(name)) ? 0 : 1, 0);
        foreach (var value in stored.Entry.GetProperty("expected_values").EnumerateObject())
            found.Judge(value.Name, Same(value.Value, file.Find(value.Name)) ? 0 : 1, 0);
    }

    static bool SameBits(Tensor expected, Tensor read)
    {
        var stored = read.dtype == ScalarType.Bool ? ScalarType.Byte : read.dtype;                    // the twins keep truth values as bytes
        return stored == expected.dtype && read.shape.SequenceEqual(expected.shape) && read.contiguous().bytes.SequenceEqual(expected.bytes);
    }

    static bool Same(JsonElement expected, object? value) => (expected.ValueKind, value) switch
    {
        (JsonValueKind.Null, null) => true,
        (JsonValueKind.True or JsonValueKind.False, bool truth) => truth == expected.GetBoolean(),
        (JsonValueKind.String, string text) => text == expected.GetString(),
        (JsonValueKind.Number, long whole) => expected.TryGetInt64(out var number) && whole == number,
        (JsonValueKind.Number, double real) => real.Equals(expected.GetDouble()),
        (JsonValueKind.Array, IReadOnlyList<object?> items) => items.Count == expected.GetArrayLength() && expected.EnumerateArray().Zip(items).All(pair => Same(pair.First, pair.Second)),
        _ => false,
    };

    static void Refuse(ReferenceCase stored, Findings found)
    {
        try
        {
            if (Path.GetExtension(stored.Path) == ".safetensors") Safetensors.Load(stored.Path);
            else TorchFile.Load(stored.Path);
            found.Judge("a file to be refused was read", 1, 0);
        }
        catch (InvalidDataException)
        {
            found.Judge("refused", 0, 0);
        }
    }
}
