using System.Text.Json;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Cli.Check.Sections;

/// <summary>BEiT's network in its two versions, and SimMIM's on the same encoder.</summary>
static class Beit
{
    public static Dictionary<string, Runner> Runners { get; } = new()
    {
        ["beit2_mim"] = Model, ["beit2_cls"] = Model, ["beit1_mim"] = Model, ["beit2_pretrain_steps"] = Steps, ["init_stats"] = StartingWeights, ["simmim_vit"] = SimMim,
    };

    static void Model(ReferenceCase stored, Findings found)
    {
        using var network = Network(stored.Config.GetProperty("model"));
        stored.LoadInto(network);
        var (x, mask, labels) = (stored.Leaf("x"), stored["mask"], stored["labels"]);

        var tokens = network.Encode(x, mask);
        var logits = network.Head(At(mask, tokens.Last));
        var loss = F.cross_entropy(logits, labels);
        var second = tokens.Aggregated is { } aggregated ? network.AggregationHead(At(mask, aggregated)) : null;
        if (second is not null)
        {
            var loss2 = F.cross_entropy(second, labels);
            Compare("loss_1", loss);
            Compare("loss_2", loss2);
            loss += loss2;
        }
        loss.backward();

        Compare(second is null ? "logits" : "logits_1", logits);
        Compare("logits_2", second);
        Compare(second is null ? "pred" : "pred_1", logits.argmax(1));
        Compare("pred_2", second?.argmax(1));
        Compare(second is null ? "tokens" : "tokens_1", Patches(tokens.Last));
        Compare("tokens_2", tokens.Aggregated is null ? null : Patches(tokens.Aggregated));
        Compare("all_logits", network.Head(Patches(tokens.Last)));
        found.Compare("loss", loss);
        found.CompareGradients(network);
        found.Compare("g.in.x", x.grad);

        void Compare(string name, Tensor? result)
        {
            if (stored.Has(name)) found.Compare(name, result);
        }
    }

    static void Steps(ReferenceCase stored, Findings found)
    {
        using var network = Network(stored.Config.GetProperty("model"));
        stored.LoadInto(network);
        var betas = stored.Numbers("betas");
        var schedule = stored.Config.GetProperty("lr_schedule");
        var plan = new TrainingPlan
        {
            Epochs = schedule.GetProperty("epochs").GetInt32(), LearningRate = stored.Number("lr"), Beta1 = betas[0], Beta2 = betas[1], ClipNorm = stored.Number("clip"),
            WeightDecay = stored.Config.GetProperty("wd_schedule").GetProperty("base_value").GetDouble(), DecayTokens = false,
        };
        using var optimizer = optim.AdamW(ParameterGroups.Of(network, plan).Select(group => group.Settings));
        var (rates, losses1, losses2, norms) = (stored["learning_rates"].ToArray<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var step = 0; step < stored.Integer("steps"); step++)
        {
            var (mask, labels) = (stored["mask"][step], stored["labels"][step]);
            foreach (var group in optimizer.ParamGroups) group.LearningRate = rates[step];
            optimizer.zero_grad();
            var tokens = network.Encode(stored["x"][step], mask);
            var (first, second) = (F.cross_entropy(network.Head(At(mask, tokens.Last)), labels), F.cross_entropy(network.AggregationHead(At(mask, tokens.Aggregated!)), labels));
            (first + second).backward();
            losses1.Add(first.item<double>());
            losses2.Add(second.item<double>());
            norms.Add(Gradients.Norm(network.parameters()).item<double>());
            optimizer.step(ParameterGroups.ClipScale(network.parameters(), stored.Number("clip")));
        }

        found.Compare("losses_1", losses1);
        found.Compare("losses_2", losses2);
        found.Compare("grad_norms", norms);
        var state = network.state_dict();
        foreach (var name in stored.Expected.Where(name => name.StartsWith("final.", StringComparison.Ordinal)).ToList()) found.Compare(name, state[name[6..]]);
        found.Leave("learning_rates", "an input here; the kind cosine_schedule compares them");
        found.Leave("weight_decays", "constant");
    }

    static void StartingWeights(ReferenceCase stored, Findings found)
    {
        using nn.Module network = stored.Config.GetProperty("arch").GetString() == "finetune" ? BeitClasses.Network(stored) : Network(stored.Config.GetProperty("model"));
        Mae.CompareStart(stored, found, network);
    }

    static void SimMim(ReferenceCase stored, Findings found)
    {
        using var network = Network(stored.Config.GetProperty("encoder"), outputs: (int)stored["w.decoder.0.weight"].size(0));
        var weights = stored.Weights("encoder.").Where(named => named.Key != "head.weight").ToDictionary();
        // The decoder is a 1x1 convolution and a pixel shuffle: row (c, y, x) of its weight belongs to that number of a patch; ours come in the order (y, x, c).
        var order = ShuffleOrder(network.Grid);
        weights["lm_head.weight"] = stored["w.decoder.0.weight"].flatten(1).index_select(0, order);
        weights["lm_head.bias"] = stored["w.decoder.0.bias"].index_select(0, order);
        network.load_state_dict(weights);
        var (x, hidden) = (stored.Leaf("x"), stored["mask"].ne(0).flatten(1));

        var tokens = network.Encode(x, hidden).Last;
        var patches = network.Head(Patches(tokens));
        var loss = (patches - network.Grid.Cut(x)).abs()[TensorIndex.Tensor(hidden)].mean();
        loss.backward();

        var (rows, columns) = (network.Grid.Rows, network.Grid.Columns);
        found.Compare("encoder_map", Patches(tokens).transpose(1, 2).reshape(x.size(0), -1, rows, columns));
        found.Compare("reconstruction", network.Grid.Join(patches));
        found.Compare("loss", loss);
        found.Compare("g.in.x", x.grad);
        var own = network.named_parameters().ToDictionary(named => named.name, named => named.parameter.grad);
        foreach (var name in stored.Expected.Where(name => name.StartsWith("g.", StringComparison.Ordinal) && !name.StartsWith("g.in.", StringComparison.Ordinal)).ToList())
            found.Compare(name, name switch
            {
                "g.decoder.0.weight" => Unshuffled(own["lm_head.weight"]!).unsqueeze(-1).unsqueeze(-1),
                "g.decoder.0.bias" => Unshuffled(own["lm_head.bias"]!),
                _ => own[name["g.encoder.".Length..]],
            });

        Tensor Unshuffled(Tensor gradient) => zeros_like(gradient).index_copy_(0, order, gradient);
    }

    static Tensor ShuffleOrder(PatchGrid grid)
    {
        var (p, channels) = (grid.PatchSize, grid.Channels);
        return tensor([.. from y in Enumerable.Range(0, p) from x in Enumerable.Range(0, p) from c in Enumerable.Range(0, channels) select (long)((c * p + y) * p + x)]);
    }

    /// <summary>The network that a case describes, in float32.</summary>
    public static BeitVit Network(JsonElement model, int? outputs = null)
    {
        var shape = new VitConfig
        {
            Width = Int("embed_dim"), Blocks = Int("depth"), Heads = Int("num_heads"), PatchSize = Int("patch_size"), ImageSize = Int("img_size"), MlpRatio = model.GetProperty("mlp_ratio").GetDouble(),
        };
        var parts = new Models.BeitParts
        {
            LayerScale = Number("init_values"), SharedBias = Flag("use_shared_rel_pos_bias"), BlockBias = Flag("use_rel_pos_bias"), Positions = Flag("use_abs_pos_emb"), QueryValueBias = Flag("qkv_bias"),
        };
        var aggregation = model.TryGetProperty("early_layers", out var early) ? new PatchAggregation(early.GetInt32(), Int("head_layers"), Flag("shared_lm_head")) : null;
        return new(shape, parts, outputs ?? (model.TryGetProperty("vocab_size", out var vocabulary) ? vocabulary : model.GetProperty("output_dim")).GetInt32(), aggregation, Precision.Float32, seed: 0);

        int Int(string name) => model.GetProperty(name).GetInt32();
        double Number(string name) => model.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
        bool Flag(string name) => model.TryGetProperty(name, out var value) ? value.GetBoolean() : name == "qkv_bias";
    }

    /// <summary>The tokens of the masked patches, images in order, patches in order: [masked, D].</summary>
    static Tensor At(Tensor mask, Tensor tokens) => Patches(tokens)[TensorIndex.Tensor(mask)];

    static Tensor Patches(Tensor tokens) => tokens.narrow(1, 1, tokens.size(1) - 1);
}
