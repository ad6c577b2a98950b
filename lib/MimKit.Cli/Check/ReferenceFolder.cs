using System.Text.Json;

namespace MimKit.Cli.Check;

/// <summary>A folder of reference vectors: index.json and the files it names.</summary>
static class ReferenceFolder
{
    /// <summary>Every case, in the order of the index. No tensor is read.</summary>
    /// <exception cref="ArgumentException">There is no index, or it is not one.</exception>
    public static IReadOnlyList<ReferenceCase> Open(string folder)
    {
        var path = Path.Combine(folder, "index.json");
        if (!File.Exists(path)) throw new ArgumentException($"{path} was not found. A folder of reference vectors holds an index.json; ours is tests/reference.");
        try
        {
            using var index = JsonDocument.Parse(File.ReadAllText(path));
            return [.. index.RootElement.GetProperty("cases").EnumerateArray().Select(entry => new ReferenceCase(folder, entry.Clone()))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ArgumentException($"{path} is no index of reference vectors: {e.Message}", e);
        }
    }
}
