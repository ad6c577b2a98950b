using System.Text.Json;
using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>Layers and initialisers beside PyTorch's.</summary>
static class Layers
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["layer"] = Layer, ["initialisers"] = Initialisers };

    static void Layer(ReferenceCase stored, Findings found)
    {
        using var layer = Make(stored.Config.GetProperty("layer").GetString()!, new(stored.Config));
        layer.train(stored.Config.TryGetProperty("train", out var train) && train.GetBoolean());
        stored.LoadInto(layer);
        var x = stored.Leaf("x");

        var y = layer.call(x);
        (y * stored["coef"]).sum().backward();

        found.Compare("y", y);
        found.CompareGradients(layer);
        found.Compare("g.in.x", x.grad);
        foreach (var (name, buffer) in layer.named_buffers()) found.Compare("final." + name, buffer);
    }

    static nn.Module<Tensor, Tensor> Make(string layer, Arguments a) => layer switch
    {
        "Linear" => nn.Linear(a.Long("in"), a.Long("out"), a.Bool("bias", true)),
        "LayerNorm" => nn.LayerNorm(a.Longs("shape")!, a.Double("eps", 1e-5)),
        "GroupNorm" => nn.GroupNorm(a.Long("groups"), a.Long("channels"), a.Double("eps", 1e-5)),
        "BatchNorm1d" => nn.BatchNorm1d(a.Long("features"), a.Double("eps", 1e-5), a.Double("momentum", 0.1)),
        "BatchNorm2d" => nn.BatchNorm2d(a.Long("features"), a.Double("eps", 1e-5), a.Double("momentum", 0.1)),
        "Conv2d" => nn.Conv2d(a.Long("in"), a.Long("out"), a.Pair("kernel")!.Value, a.Pair("stride"), a.Pair("padding"), a.Pair("dilation"), Enum.Parse<PaddingModes>(a.Text("mode", "Zeros")), a.Long("groups", 1), a.Bool("bias", true)),
        "ConvTranspose2d" => nn.ConvTranspose2d(a.Long("in"), a.Long("out"), a.Pair("kernel")!.Value, a.Pair("stride"), a.Pair("padding"), a.Pair("output_padding"), a.Pair("dilation"), groups: a.Long("groups", 1), bias: a.Bool("bias", true)),
        "MaxPool2d" => nn.MaxPool2d(a.Longs("kernel")!, a.Longs("stride"), a.Longs("padding")),
        "AvgPool2d" => nn.AvgPool2d(a.Longs("kernel")!, a.Longs("stride"), a.Longs("padding"), count_include_pad: a.Bool("count_include_pad", true)),
        "AdaptiveAvgPool2d" => nn.AdaptiveAvgPool2d(a.Longs("size")!),
        "Upsample" => nn.Upsample(a.Longs("size"), a.Doubles("scale"), Enum.Parse<UpsampleMode>(a.Text("mode", "Nearest")), a.Bool("align_corners", false)),
        "PixelShuffle" => nn.PixelShuffle(a.Long("factor")),
        "GELU" => nn.GELU(Enum.Parse<GELU.Approximate>(a.Text("approximate", "none"))),
        "ReLU" => nn.ReLU(),
        "LeakyReLU" => nn.LeakyReLU(a.Double("slope", 0.01)),
        "SiLU" => nn.SiLU(),
        "Sigmoid" => nn.Sigmoid(),
        "Tanh" => nn.Tanh(),
        "Softmax" => nn.Softmax(a.Long("dim")),
        "LogSoftmax" => nn.LogSoftmax(a.Long("dim")),
        _ => throw new NotSupportedException($"there is no layer '{layer}'"),
    };

    static void Initialisers(ReferenceCase stored, Findings found)
    {
        var calls = stored.Config.GetProperty("calls").EnumerateArray().ToArray();
        for (var i = 0; i < calls.Length; i++)
        {
            manual_seed(calls[i].GetProperty("seed").GetInt64());
            var tensor = empty(new Arguments(calls[i]).Longs("shape")!);
            found.Compare($"value_{i}", Initialise(calls[i].GetProperty("name").GetString()!, tensor, new(calls[i].GetProperty("arguments"))));
        }
    }

    static Tensor Initialise(string name, Tensor t, Arguments a)
    {
        var mode = a.Text("mode", "fan_in") == "fan_out" ? nn.init.FanInOut.FanOut : nn.init.FanInOut.FanIn;
        var nonlinearity = Enum.Parse<nn.init.NonlinearityType>(a.Text("nonlinearity", "LeakyReLU"), ignoreCase: true);
        return name switch
        {
            "trunc_normal_" => nn.init.trunc_normal_(t, a.Double("mean", 0), a.Double("std", 1), a.Double("a", -2), a.Double("b", 2)),
            "xavier_uniform_" => nn.init.xavier_uniform_(t, a.Double("gain", 1)),
            "xavier_normal_" => nn.init.xavier_normal_(t, a.Double("gain", 1)),
            "kaiming_uniform_" => nn.init.kaiming_uniform_(t, a.Double("a", 0), mode, nonlinearity),
            "kaiming_normal_" => nn.init.kaiming_normal_(t, a.Double("a", 0), mode, nonlinearity),
            "orthogonal_" => nn.init.orthogonal_(t, a.Double("gain", 1)),
            "normal_" => nn.init.normal_(t, a.Double("mean", 0), a.Double("std", 1)),
            "uniform_" => nn.init.uniform_(t, a.Double("a", 0), a.Double("b", 1)),
            "constant_" => nn.init.constant_(t, a.Double("val", 0)),
            "eye_" => nn.init.eye_(t),
            "dirac_" => nn.init.dirac_(t),
            "zeros_" => nn.init.zeros_(t),
            "ones_" => nn.init.ones_(t),
            _ => throw new NotSupportedException($"there is no initialiser '{name}'"),
        };
    }
}

/// <summary>Settings of one call; what is left out has a default.</summary>
readonly struct Arguments(JsonElement given)
{
    public string Text(string name, string otherwise) => given.TryGetProperty(name, out var v) ? v.GetString()! : otherwise;
    public bool Bool(string name, bool otherwise) => given.TryGetProperty(name, out var v) ? v.GetBoolean() : otherwise;
    public double Double(string name, double? otherwise = null) => given.TryGetProperty(name, out var v) ? v.GetDouble() : otherwise ?? throw Missing(name);
    public long Long(string name, long? otherwise = null) => given.TryGetProperty(name, out var v) ? v.GetInt64() : otherwise ?? throw Missing(name);
    public long[]? Longs(string name) => given.TryGetProperty(name, out var v) ? [.. v.EnumerateArray().Select(n => n.GetInt64())] : null;
    public double[]? Doubles(string name) => given.TryGetProperty(name, out var v) ? [.. v.EnumerateArray().Select(n => n.GetDouble())] : null;
    public (long, long)? Pair(string name) => Longs(name) is [var height, var width] ? (height, width) : null;

    static InvalidDataException Missing(string name) => new($"the case has no setting '{name}'");
}
