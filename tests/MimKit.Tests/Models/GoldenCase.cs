using System.Text.Json;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Models;

/// <summary>What a stored model case offers: its weights, and the comparison of gradients at its own tolerance.</summary>
internal static class GoldenCase
{
    /// <summary>Tensors whose names start with "w.", without it.</summary>
    public static Dictionary<string, Tensor> Weights(this ReferenceCase stored) =>
        stored.Tensors.Where(named => named.Key.StartsWith("w.", StringComparison.Ordinal)).ToDictionary(named => named.Key[2..], named => named.Value);

    public static float[] Floats(this ReferenceCase stored, string name) => stored[name].ToArray<float>();

    public static void AssertEqualIds(this ReferenceCase stored, string name, Tensor ids) =>
        Assert.Equal(stored[name].ToArray<long>(), ids.ToArray<long>());

    public static void AssertGradient(this ReferenceCase stored, string name, Tensor? gradient)
    {
        Assert.True(gradient is not null, $"{name} has no gradient");
        var expected = stored["g." + name].to(float64);
        var tolerance = stored.Entry.GetProperty("tolerance");
        var allowed = tolerance.GetProperty("absolute").GetDouble() + tolerance.GetProperty("relative_gradients").GetDouble() * expected.abs().max().item<double>();
        var error = (gradient!.to(float64) - expected).abs().max().item<double>();
        Assert.True(error <= allowed, $"gradient of {name} is off by {error:E1}, allowed {allowed:E1}");
    }

    /// <summary>Every stored parameter gradient against the network's.</summary>
    public static void AssertGradients(this ReferenceCase stored, nn.Module network)
    {
        var own = network.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        var names = stored.Tensors.Keys.Where(name => name.StartsWith("g.", StringComparison.Ordinal) && !name.StartsWith("g.in.", StringComparison.Ordinal)).Select(name => name[2..]).ToArray();
        Assert.NotEmpty(names);
        foreach (var name in names) stored.AssertGradient(name, own[name].grad);
    }

    /// <summary>The network that a MAE or ClusterMIM case describes, in float32, with the case's weights.</summary>
    public static MaskedAutoencoder Network(this ReferenceCase stored, int outputs)
    {
        var model = stored.Config.GetProperty("model");
        var network = new MaskedAutoencoder(
            new VitConfig
            {
                Width = Int("embed_dim"), Blocks = Int("depth"), Heads = Int("num_heads"), PatchSize = Int("patch_size"),
                ImageSize = Int("img_size"), MlpRatio = model.GetProperty("mlp_ratio").GetDouble(),
            },
            new DecoderConfig(Int("decoder_embed_dim"), Int("decoder_depth"), Int("decoder_num_heads")), outputs, Precision.Float32, seed: 0);
        network.load_state_dict(stored.Weights());
        return network;

        int Int(string name) => model.GetProperty(name).GetInt32();
    }

    /// <summary>The mask that the case's noise gives.</summary>
    public static Mask Mask(this ReferenceCase stored)
    {
        var patches = (int)stored["noise"].size(1);
        var ratio = stored.Config.GetProperty("mask_ratio").GetDouble();
        return MimKit.Mask.FromNoise(stored.Floats("noise"), patches, (int)(patches * (1 - ratio)));
    }
}
