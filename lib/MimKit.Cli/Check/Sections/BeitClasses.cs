using MimKit.Models;
using MimKit.Runtime;
using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Cli.Check.Sections;

/// <summary>BEiT as a classifier.</summary>
static class BeitClasses
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["beit2_finetune"] = Model };

    static void Model(ReferenceCase stored, Findings found)
    {
        using var network = Network(stored);
        stored.LoadInto(network);
        var x = stored.Leaf("x");
        var features = network.Features(x);
        var logits = network.Head(features);
        var loss = F.cross_entropy(logits, stored["labels"], label_smoothing: stored.Number("smoothing"));
        loss.backward();

        found.Compare("features", features);
        found.Compare("logits", logits);
        found.Compare("patch_tokens", network.PatchTokens(stored["x"]));
        found.Compare("loss", loss);
        found.CompareGradients(network);
        found.Compare("g.in.x", x.grad);
    }

    /// <summary>The network that a case describes, in float32.</summary>
    public static BeitClassifier Network(ReferenceCase stored)
    {
        var model = stored.Config.GetProperty("model");
        var shape = new VitConfig
        {
            Width = Int("embed_dim"), Blocks = Int("depth"), Heads = Int("num_heads"), PatchSize = Int("patch_size"), ImageSize = Int("img_size"), MlpRatio = model.GetProperty("mlp_ratio").GetDouble(),
        };
        var parts = new Models.BeitParts
        {
            LayerScale = model.TryGetProperty("init_values", out var scale) ? scale.GetDouble() : 0,
            SharedBias = Flag("use_shared_rel_pos_bias", false), BlockBias = Flag("use_rel_pos_bias", false), Positions = Flag("use_abs_pos_emb", true), QueryValueBias = Flag("qkv_bias", false),
        };
        return new(shape, parts, Int("num_classes"), Flag("use_mean_pooling", true) ? Pooling.MeanPatches : Pooling.ClassToken, Precision.Float32, seed: 0);

        int Int(string name) => model.GetProperty(name).GetInt32();
        bool Flag(string name, bool otherwise) => model.TryGetProperty(name, out var value) ? value.GetBoolean() : otherwise;
    }
}
