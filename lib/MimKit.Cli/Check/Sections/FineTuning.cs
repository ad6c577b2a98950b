using System.Text.Json;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Cli.Check.Sections;

/// <summary>Classifiers in fine-tuning: MAE's network, its learning rates by layer, and BEiT's step by step.</summary>
static class FineTuning
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["mae_classifier"] = MaeModel, ["mae_layer_decay"] = MaeRates, ["beit2_finetune_steps"] = BeitSteps };

    static void MaeModel(ReferenceCase stored, Findings found)
    {
        using var network = MaeNetwork(stored);
        stored.LoadInto(network);
        var x = stored.Leaf("x");
        var features = network.Features(x);
        var logits = network.Head(features);
        var loss = F.cross_entropy(logits, stored["labels"]);
        loss.backward();

        found.Compare("features", features);
        found.Compare("logits", logits);
        found.Compare("loss", loss);
        found.CompareGradients(network);
        if (stored.Has("g.in.x")) found.Compare("g.in.x", x.grad);
    }

    static void MaeRates(ReferenceCase stored, Findings found)
    {
        using var network = MaeNetwork(stored);
        var groups = ParameterGroups.Of(network, new TrainingPlan
        {
            Epochs = 1, LearningRate = 1, WeightDecay = stored.Number("weight_decay"), DecayTokens = false, LayerDecay = new(stored.Number("layer_decay"), network.Config.Blocks),
        });
        var own = stored.Config.GetProperty("param_names").EnumerateArray().Select(name => groups.First(group => group.Names.Contains(name.GetString()!))).ToArray();
        found.Compare("lr_scale", tensor(own.Select(group => group.Scale).ToArray()));
        found.Compare("weight_decay", tensor(own.Select(group => group.Settings.WeightDecay).ToArray()));
    }

    static void BeitSteps(ReferenceCase stored, Findings found)
    {
        using var network = BeitClasses.Network(stored);
        stored.LoadInto(network);
        var (betas, decay) = (stored.Numbers("betas"), stored.Config.GetProperty("wd_schedule").GetProperty("base_value").GetDouble());
        var groups = ParameterGroups.Of(network, new TrainingPlan
        {
            Epochs = 1, LearningRate = 1, WeightDecay = decay, Beta1 = betas[0], Beta2 = betas[1], DecayTokens = false, LayerDecay = new(stored.Number("layer_decay"), network.Config.Blocks),
        });
        using var optimizer = optim.AdamW(groups.Select(group => group.Settings));
        var (losses, norms, rates) = (new List<double>(), new List<double>(), new List<double>());
        for (var step = 0; step < stored.Integer("steps"); step++)
        {
            rates.Add(Rate(stored.Config.GetProperty("lr_schedule"), step));
            foreach (var group in groups) group.Settings.LearningRate = rates[^1] * group.Scale;
            optimizer.zero_grad();
            var loss = F.cross_entropy(network.forward(stored["x"][step]), stored["labels"][step], label_smoothing: stored.Number("smoothing"));
            loss.backward();
            losses.Add(loss.item<double>());
            norms.Add(Gradients.Norm(network.parameters()).item<double>());
            optimizer.step(ParameterGroups.ClipScale(network.parameters(), stored.Number("clip")));
        }

        found.Compare("losses", losses);
        found.Compare("grad_norms", norms);
        found.Compare("learning_rates", rates);
        found.Compare("weight_decays", [.. rates.Select(_ => decay)]);
        var state = network.state_dict();
        foreach (var name in stored.Expected.Where(name => name.StartsWith("final.", StringComparison.Ordinal)).ToList()) found.Compare(name, state[name[6..]]);
    }

    static double Rate(JsonElement schedule, int step)
    {
        var (epochs, each) = (schedule.GetProperty("epochs").GetInt32(), schedule.GetProperty("niter_per_ep").GetInt32());
        return Schedule.Cosine(step, epochs * each, schedule.GetProperty("warmup_epochs").GetInt32() * each,
            schedule.GetProperty("start_warmup_value").GetDouble(), schedule.GetProperty("base_value").GetDouble(), schedule.GetProperty("final_value").GetDouble());
    }

    static VitClassifier MaeNetwork(ReferenceCase stored)
    {
        var model = stored.Config.GetProperty("model");
        var shape = new VitConfig
        {
            Width = Int("embed_dim"), Blocks = Int("depth"), Heads = Int("num_heads"), PatchSize = Int("patch_size"), ImageSize = Int("img_size"), MlpRatio = model.GetProperty("mlp_ratio").GetDouble(),
        };
        return new(shape, Int("num_classes"), model.GetProperty("global_pool").GetBoolean() ? Pooling.MeanPatches : Pooling.ClassToken, Precision.Float32, seed: 0);

        int Int(string name) => model.GetProperty(name).GetInt32();
    }
}
