using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>Opens what <c>mimkit teacher train</c> and <c>mimkit tokenizer train</c> left in a run folder.</summary>
public static class Trained
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Converters = { new JsonStringEnumConverter() }, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The tokenizer of any run folder: VQ-KD, dVAE or clusters.</summary>
    /// <param name="folder">the run folder</param>
    /// <exception cref="InvalidDataException">The folder holds no tokenizer.</exception>
    public static Target Tokenizer(string folder) => Subject(folder) switch
    {
        nameof(VqKdConfig) => VqKd(folder),
        nameof(DvaeConfig) => Dvae(folder),
        nameof(ClusterTokenizerConfig) => Clusters(folder),
        var other => throw new InvalidDataException($"{folder} holds a run of {other}, which is no tokenizer. Known: {nameof(VqKdConfig)}, {nameof(DvaeConfig)}, {nameof(ClusterTokenizerConfig)}."),
    };

    /// <summary>The clusters of <see cref="ClusterTokenizerConfig.Train"/>; their teacher, if any, is opened with them.</summary>
    /// <param name="folder">the run folder</param>
    public static ClusterTarget Clusters(string folder)
    {
        var (config, scale, _) = Config<ClusterTokenizerConfig>(folder);
        return new(MimKit.Clusters.Load(Path.Combine(folder, ClusterTokenizerConfig.FileName), grid => config.SpaceOn(grid, scale)));
    }

    /// <summary>The teacher of a DINO run, from its last checkpoint; frozen, its input scale attached.</summary>
    /// <param name="folder">the run folder</param>
    /// <param name="pooling">how kNN sees an image</param>
    /// <param name="blocks">run before the final norm; null: all</param>
    /// <exception cref="InvalidDataException">The folder holds no DINO run.</exception>
    public static VitTeacher Dino(string folder, Pooling pooling = Pooling.ClassToken, int? blocks = null)
    {
        var (config, scale, _) = Config<DinoConfig>(folder);
        using var scope = NewDisposeScope();
        var network = new LearnedVit(config.Encoder, config.Precision, seed: 0);
        network.load_state_dict(Part(folder, "teacher.backbone."));
        network.eval();
        return new(network, scale, $"DINO of {Path.GetFileName(Path.GetFullPath(folder))}", blocks, pooling);
    }

    /// <summary>The tokenizer of a VQ-KD run, from its last checkpoint; frozen, its decoder with it.</summary>
    /// <param name="folder">the run folder</param>
    /// <exception cref="InvalidDataException">The folder holds no VQ-KD run.</exception>
    public static VqKdTarget VqKd(string folder)
    {
        var (config, scale, data) = Config<VqKdConfig>(folder);
        using var scope = NewDisposeScope();
        var state = Part(folder, "");
        foreach (var name in state.Keys.Where(name => name is "use" or "use_epoch").ToList()) state.Remove(name);   // the training's own curve
        var width = (int)state["decode_task_layer.2.weight"].size(0);
        var network = new VqKdNetwork(config.Encoder, config.Decoder, config.Quantizer(seed: 0), width, config.Precision, seed: 0);
        network.load_state_dict(state);
        network.eval();
        return new(network, scale) { MadeOn = data };
    }

    /// <summary>The tokenizer of a dVAE run, from its last checkpoint; frozen, its decoder with it.</summary>
    /// <param name="folder">the run folder</param>
    public static DvaeTarget Dvae(string folder)
    {
        var (config, scale, data) = Config<DvaeConfig>(folder);
        using var scope = NewDisposeScope();
        var network = new DvaeNetwork(config, seed: 0);
        network.load_state_dict(Part(folder, ""));
        network.eval();
        return new(network, scale) { MadeOn = data };
    }

    /// <summary>Codes in use and perplexity of every epoch of a VQ-KD run, up to its last checkpoint.</summary>
    public static IReadOnlyList<CodebookUse> VqKdUse(string folder)
    {
        using var scope = NewDisposeScope();
        var state = Part(folder, "");
        return CodebookUse.Of(state["use"], state["use_epoch"], state["quantize.counts"]);
    }

    private static (T Config, InputScale Scale, string Data) Config<T>(string folder)
    {
        var run = Run(folder);
        if ((string?)run["subject"] != typeof(T).Name) throw new InvalidDataException($"{folder} holds a run of {run["subject"]}; a {typeof(T).Name} is wanted.");
        var config = run["config"]!.AsObject();
        config.Remove("Views");                                                    // of training only, and written for the record
        var data = (string)run["data"]!["name"]!;
        return (config.Deserialize<T>(Options)!, InputScale.Of(Datasets.Manifest(data)), data);
    }

    private static string? Subject(string folder) => (string?)Run(folder)["subject"];

    private static JsonObject Run(string folder)
    {
        var path = Path.Combine(folder, "run.json");
        return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject()
            : throw new InvalidDataException($"{folder} holds no run: there is no run.json. A run of 'mimkit teacher train' or 'tokenizer train' is wanted.");
    }

    private static Dictionary<string, Tensor> Part(string folder, string prefix)
    {
        var last = Directory.GetFiles(folder, "checkpoint-*.safetensors").Order(StringComparer.Ordinal).LastOrDefault()
            ?? throw new InvalidDataException($"{folder} has no checkpoint yet.");
        using var file = new SafetensorsFile(last);
        return file.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(name => name[prefix.Length..], file.Read);
    }
}
