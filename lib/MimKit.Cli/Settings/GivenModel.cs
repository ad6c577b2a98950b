using System.Text.Json.Nodes;
using MimKit.Models;

namespace MimKit.Cli.Settings;

/// <summary>What RUN means on the command line: a file of weights, or a run folder's last checkpoint and what run.json says of it.</summary>
sealed class GivenModel
{
    readonly JsonObject? _run;

    /// <exception cref="ArgumentException">The folder holds no run, or no checkpoint.</exception>
    public GivenModel(string given)
    {
        Weights = given;
        if (!Directory.Exists(given)) return;
        var record = Path.Combine(given, "run.json");
        if (!File.Exists(record)) throw new ArgumentException($"{given} holds no run: there is no run.json. Give a run folder or a file of weights.");
        _run = JsonNode.Parse(File.ReadAllText(record))!.AsObject();
        Weights = Directory.GetFiles(given, "checkpoint-*.safetensors").Order(StringComparer.Ordinal).LastOrDefault() ?? throw new ArgumentException($"{given} has no checkpoint yet.");
    }

    /// <summary>The file.</summary>
    public string Weights { get; }

    /// <summary>The run's data set.</summary>
    public string? Data => (string?)_run?["data"]?["name"];

    /// <summary>What was trained: "Mae"; of a file its name.</summary>
    public string Subject => ((string?)_run?["subject"])?.Replace("Config", "") ?? Path.GetFileNameWithoutExtension(Weights);

    /// <summary>The teacher that the run learnt from, where its record names one and it is still there.</summary>
    public string? Teacher => (string?)(_run?["config"]?["Teacher"] as JsonValue) is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;

    /// <summary>Of the encoder or student, the first transformer that a method's record names.</summary>
    public int? Heads => (int?)_run?["config"]?.AsObject().Select(part => (part.Value as JsonObject)?["Heads"]).FirstOrDefault(heads => heads is not null);

    /// <summary>Its encoder, in float32; the caller's to dispose.</summary>
    public IEncoder Encoder()
    {
        using var weights = Checkpoints.Load(Weights);
        return weights.EncoderNetwork(Heads);
    }
}
