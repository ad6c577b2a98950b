using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MimKit.Data;
using MimKit.Reports;
using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>A run on disk: <c>run.json</c> (what is trained, on what, where), <c>metrics.jsonl</c> and the checkpoints; nothing else.</summary>
public sealed class RunFolder
{
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RuntimeTypes.Write } },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
    static readonly JsonSerializerOptions OneLine = new(Indented) { WriteIndented = false };

    readonly List<LogLine> _lines = [];

    /// <summary>Makes the folder and writes run.json, or enters an existing run of the same making.</summary>
    /// <exception cref="InvalidOperationException">The folder holds a run and <paramref name="resume"/> is false, or it holds a different one.</exception>
    public RunFolder(string path, ITrainable subject, IImages train, TrainingPlan plan, bool resume)
    {
        Path = System.IO.Path.GetFullPath(path);
        var wanted = Describe(subject, train, plan);
        if (!File.Exists(In("run.json")))
        {
            Directory.CreateDirectory(Path);
            wanted["environment"] = JsonSerializer.SerializeToNode(Provenance.Current, Indented);
            wanted["device"] = subject.Network.parameters().First().device.ToString();
            wanted["started"] = DateTimeOffset.UtcNow.ToString("u");
            WriteText("run.json", wanted.ToJsonString(Indented) + "\n");
            return;
        }
        if (!resume)
            throw new InvalidOperationException($"{Path} already holds a run. Set Resume = true to continue it, or choose another RunFolder.");
        CheckSame(wanted);
        _lines.AddRange(ReadLog(Path));
    }

    /// <summary>A run as it stands on disk, whoever writes it.</summary>
    public static SavedRun Read(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        return new(full, JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(full, "run.json")))!.AsObject(), [.. ReadLog(full)]);
    }

    // A crash may have cut the last line; what follows the last newline is not a line.
    static IEnumerable<LogLine> ReadLog(string folder)
    {
        var path = System.IO.Path.Combine(folder, "metrics.jsonl");
        if (!File.Exists(path)) return [];
        var text = File.ReadAllText(path);
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<LogLine>(line, OneLine)!);
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The lines of metrics.jsonl.</summary>
    public IReadOnlyList<LogLine> Lines => _lines;

    /// <summary>The path of a file in the folder.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Adds one line to metrics.jsonl.</summary>
    public void Append(LogLine line)
    {
        _lines.Add(line);
        File.AppendAllText(In("metrics.jsonl"), JsonSerializer.Serialize(line, OneLine) + "\n");
    }

    /// <summary>Forgets lines after a step: what a crash wrote beyond the last checkpoint comes again.</summary>
    public void TruncateAfter(long step)
    {
        _lines.RemoveAll(line => line.Step > step);
        if (!File.Exists(In("metrics.jsonl"))) return;
        WriteText("metrics.jsonl", string.Concat(_lines.Select(line => JsonSerializer.Serialize(line, OneLine) + "\n")));
    }

    static JsonObject Describe(ITrainable subject, IImages train, TrainingPlan plan) => new()
    {
        ["subject"] = subject.Config.GetType().Name,
        ["config"] = JsonSerializer.SerializeToNode(subject.Config, subject.Config.GetType(), Indented),
        ["plan"] = JsonSerializer.SerializeToNode(plan, Indented),
        ["data"] = new JsonObject { ["name"] = train.Name, ["split"] = train.Split, ["images"] = train.Count, ["digest"] = train.Digest },
    };

    void CheckSame(JsonObject wanted)
    {
        var found = JsonNode.Parse(File.ReadAllText(In("run.json")))!.AsObject();
        var different = wanted.Where(part => !JsonNode.DeepEquals(JsonNode.Parse(part.Value!.ToJsonString()), found[part.Key])).ToArray();
        if (different.Length > 0)
            throw new InvalidOperationException(
                $"{Path} holds another run and cannot be continued as this one. Choose another RunFolder, or restore:\n" +
                string.Join("\n", different.Select(part => $"  {part.Key}\n    there: {found[part.Key]?.ToJsonString(OneLine)}\n    here:  {part.Value!.ToJsonString(OneLine)}")));
    }

    void WriteText(string name, string text) => Safetensors.WriteAtomically(In(name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
