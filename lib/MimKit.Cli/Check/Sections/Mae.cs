using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>MAE: network, masking and starting weights.</summary>
static class Mae
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["mae"] = Model, ["mae_random_masking"] = RandomMasking, ["mae_init_stats"] = StartingWeights };

    static void Model(ReferenceCase stored, Findings found)
    {
        var normalised = stored.Config.GetProperty("model").GetProperty("norm_pix_loss").GetBoolean();
        using var network = Network(stored, (int)stored["pred"].size(2));
        stored.LoadInto(network);
        var mask = MaskOf(stored);
        var target = new PixelTarget(network.Grid, normalised);
        var term = new Term(Output.Mim, target, Positions.Masked, Morphing.None, new MeanSquared());
        var x = stored.Leaf("x");

        var outputs = new MaePredictor(network).Predict(x, mask);
        var loss = term.Loss(outputs, target.Of(x), mask, new(0, 0, [0]));
        loss.backward();

        var pred = outputs[Output.Mim].At(null);
        found.Compare("latent", network.Encode(x, mask.VisibleIds));
        found.Compare("mask", mask.Hidden.to(float32));
        found.Compare("ids_restore", Restore(mask));
        found.Compare("patches", network.Grid.Cut(x));
        found.Compare("pred", pred);
        found.Compare("unpatchified_pred", network.Grid.Join(pred));
        found.Compare("loss", loss);
        found.CompareGradients(network);
        found.Compare("g.in.x", x.grad);
    }

    static void RandomMasking(ReferenceCase stored, Findings found)
    {
        var mask = MaskOf(stored);
        found.Compare("mask", mask.Hidden.to(float32));
        found.Compare("kept", Fused.TakeTokens(stored["tokens"], mask.VisibleIds));
        found.Compare("ids_restore", Restore(mask));
    }

    // Random: other draws of the same law. Constants must be equal; deviations and bounds of large tensors near; means within five standard errors of a difference.
    static void StartingWeights(ReferenceCase stored, Findings found)
    {
        using var network = Network(stored, outputs: 3 * (int)Math.Pow(stored.Config.GetProperty("model").GetProperty("patch_size").GetInt32(), 2));
        CompareStart(stored, found, network);
    }

    /// <summary>The statistics of a network's starting weights against the stored ones.</summary>
    public static void CompareStart(ReferenceCase stored, Findings found, nn.Module network)
    {
        var own = network.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().to(float64));
        var values = stored.Config.GetProperty("param_names").EnumerateArray().Select(name => own[name.GetString()!]).ToArray();
        var relative = stored.Entry.GetProperty("tolerance").GetProperty("relative").GetDouble();
        var (mean, std, min, max) = (stored["mean"].ToArray<double>(), stored["std"].ToArray<double>(), stored["min"].ToArray<double>(), stored["max"].ToArray<double>());

        found.Compare("numel", [.. values.Select(v => (double)v.numel())]);
        for (var i = 0; i < values.Length; i++)
        {
            var (constant, large) = (std[i] == 0, values[i].numel() >= 1000);
            Judge("mean", values[i].mean(), mean[i], constant ? 0 : 5 * std[i] * Math.Sqrt(2.0 / values[i].numel()));
            if (constant || large)
            {
                Judge("std", values[i].std(), std[i], relative * std[i]);
                Judge("min", values[i].min(), min[i], Extreme(min[i]));
                Judge("max", values[i].max(), max[i], Extreme(max[i]));

                // The ends of a uniform or cut-off distribution are fixed; those of a whole normal are a draw themselves.
                double Extreme(double end) => constant ? 0 : Math.Abs(end) > 3 * std[i] ? 1.5 * std[i] : relative * Math.Abs(end);
            }
            else Judge("std", values[i].std(), std[i], 0.4 * std[i]);              // tokens and the patch bias: few values
        }

        void Judge(string name, Tensor value, double expected, double allowed) => found.Judge(name, Math.Abs(value.item<double>() - expected), allowed);
    }

    /// <summary>The network that a MAE or ClusterMIM case describes, in float32, untrained.</summary>
    public static MaskedAutoencoder Network(ReferenceCase stored, int outputs)
    {
        var model = stored.Config.GetProperty("model");
        return new(
            new VitConfig
            {
                Width = Int("embed_dim"), Blocks = Int("depth"), Heads = Int("num_heads"), PatchSize = Int("patch_size"),
                ImageSize = Int("img_size"), MlpRatio = model.GetProperty("mlp_ratio").GetDouble(),
            },
            new DecoderConfig(Int("decoder_embed_dim"), Int("decoder_depth"), Int("decoder_num_heads")), outputs, Precision.Float32, seed: 0);

        int Int(string name) => model.GetProperty(name).GetInt32();
    }

    /// <summary>The mask that the case's noise gives.</summary>
    public static Mask MaskOf(ReferenceCase stored)
    {
        var patches = (int)stored["noise"].size(1);
        return Mask.FromNoise(stored["noise"].ToArray<float>(), patches, (int)(patches * (1 - stored.Number("mask_ratio"))));
    }

    static Tensor Restore(Mask mask) => cat([mask.VisibleIds, mask.HiddenIds], 1).argsort(1);
}
