using System.Text.Json;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Torch.Modules;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>VQ-KD: its codebook, its network and its training.</summary>
static class Quantisers
{
    const int StartRounds = 10;
    static readonly string[] NeverRead = ["embedding.cluster_size", "embedding.embed_avg"];   // the released module keeps them and reads them nowhere

    public static Dictionary<string, Runner> Runners { get; } = new() { ["vq_quantizer"] = Quantizer, ["vqkd_model"] = Model, ["vqkd_steps"] = Steps };

    static void Quantizer(ReferenceCase stored, Findings found)
    {
        using var quantizer = Codebook(stored.Config, stored.Integer("dim"));
        Load(quantizer, stored);
        quantizer.train(stored.Config.GetProperty("train").GetBoolean());
        for (var step = 1; step <= stored.Integer("steps"); step++)
        {
            var z = stored.Leaf($"z_{step}");                                      // [B, c, h, w]
            var rows = Rows(z);
            if (step == 1 && StartsByKMeans(stored)) Start(quantizer, rows, stored, found);
            var quantised = Quantise(quantizer, rows);
            var map = Map(quantised.Codes, z);
            var loss = quantised.Commitment * stored.Number("beta");
            ((map * stored["coef"]).sum() + loss).backward();

            found.Compare($"step{step}.z_q", map);
            found.Compare($"step{step}.loss", loss);
            found.Compare($"step{step}.ids", quantised.Ids);
            found.Compare($"step{step}.codebook", quantizer.Codes);
            found.Compare($"step{step}.cluster_size", quantizer.ClusterSize);
            if (stored.Has($"step{step}.unused_codes")) found.Compare($"step{step}.unused_codes", quantised.Ids.bincount(minlength: quantizer.Count).eq(0));
            if (stored.Has($"g.in.z_{step}")) found.Compare($"g.in.z_{step}", z.grad);
        }
    }

    static void Model(ReferenceCase stored, Findings found)
    {
        using var network = Network(stored);
        Load(network, stored);
        network.train(stored.Config.GetProperty("train").GetBoolean());
        for (var step = 1; step <= stored.Integer("steps"); step++)
        {
            var x = InputScale.MinusOneToOne.From(stored[$"x_{step}"], InputScale.ZeroToOne, 3);
            var features = network.Features(x);
            var vectors = network.ToCode(features);                                // [B, N, c]
            var rows = vectors.flatten(0, 1);
            if (step == 1 && StartsByKMeans(stored)) Start(network.Quantizer, rows, stored, found);
            var quantised = Quantise(network.Quantizer, rows);
            var decoded = network.DecoderFeatures(quantised.Codes.reshape(vectors.shape));
            var output = network.ToFeature(decoded);
            var distance = VqKd.CosineDistance(output, stored[$"target_{step}"]);
            var total = distance + quantised.Commitment * stored.Number("beta");
            if (step == 1) total.backward();

            Tensor Codes() => quantised.Codes.reshape(vectors.size(0), network.Grid.Rows, network.Grid.Columns, -1).permute(0, 3, 1, 2);
            foreach (var (name, value) in new (string, Tensor)[]
            {
                ("total_loss", total), ("rec_loss", distance), ("quant_loss", quantised.Commitment * stored.Number("beta")), ("ids", quantised.Ids), ("codebook", network.Quantizer.Codes),
                ("cluster_size", network.Quantizer.ClusterSize), ("preprocessed", x), ("encoder_features", features), ("to_quantizer", vectors), ("z_q", Codes()),
                ("decoder_features", decoded), ("reconstruction", output),
            })
                if (stored.Has($"step{step}.{name}")) found.Compare($"step{step}.{name}", value);
        }
        found.CompareGradients(network);
    }

    static void Steps(ReferenceCase stored, Findings found)
    {
        using var network = Network(stored);
        Load(network, stored);
        network.train();
        var betas = stored.Numbers("betas");
        var groups = ParameterGroups.Of(network, VqKdConfig.Mini28.Plan(seed: 0) with { WeightDecay = 1, Beta1 = betas[0], Beta2 = betas[1] });
        var decayed = groups.Where(group => group.Decayed).Select(group => group.Settings).ToHashSet();
        using var optimizer = optim.AdamW(groups.Select(group => group.Settings));
        var (rates, decays, norms, distances, commitments, ids) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<Tensor>());
        for (var step = 0; step < stored.Integer("steps"); step++)
        {
            rates.Add(Scheduled(stored.Config.GetProperty("lr_schedule"), step));
            decays.Add(Scheduled(stored.Config.GetProperty("wd_schedule"), step));
            foreach (var group in optimizer.ParamGroups) (group.LearningRate, group.WeightDecay) = (rates[^1], decayed.Contains(group) ? decays[^1] : 0);

            optimizer.zero_grad();
            var vectors = network.ToCode(network.Features(InputScale.MinusOneToOne.From(stored["x"][step], InputScale.ZeroToOne, 3)));
            var quantised = network.Quantizer.Quantise(vectors.flatten(0, 1));
            var distance = VqKd.CosineDistance(network.ToFeature(network.DecoderFeatures(quantised.Codes.reshape(vectors.shape))), stored["target"][step]);
            (distance + quantised.Commitment * stored.Number("beta")).backward();
            var norm = Gradients.Norm(network.parameters());
            optimizer.step(Gradients.ClipFactor(norm, stored.Number("clip")));

            norms.Add(norm.item<float>());
            distances.Add(distance.item<float>());
            commitments.Add(quantised.Commitment.item<float>() * stored.Number("beta"));
            ids.Add(quantised.Ids);
        }
        found.Compare("learning_rates", rates);
        found.Compare("weight_decays", decays);
        found.Compare("grad_norms", norms);
        found.Compare("rec_losses", distances);
        found.Compare("quant_losses", commitments);
        found.Compare("ids", stack(ids));
        found.Compare("codebook", network.Quantizer.Codes);
        found.Compare("cluster_size", network.Quantizer.ClusterSize);
        foreach (var (name, parameter) in network.named_parameters())
            if (stored.Has($"final.{name}")) found.Compare($"final.{name}", parameter);
    }

    // ------------------------------------------------------------------------------------------------------------ parts

    static VectorQuantizer Codebook(JsonElement config, int width) => new(config.GetProperty("n_embed").GetInt32(), width, config.GetProperty("decay").GetDouble(), seed: 0);

    static VqKdNetwork Network(ReferenceCase stored) => new(
        Shape(stored.Config.GetProperty("encoder")), Shape(stored.Config.GetProperty("decoder")), Codebook(stored.Config, stored.Integer("code_dim")),
        stored.Integer("decoder_out_dim"), Precision.Float32, seed: 0);

    static VitConfig Shape(JsonElement config) => new()
    {
        Width = config.GetProperty("embed_dim").GetInt32(), Blocks = config.GetProperty("depth").GetInt32(), Heads = config.GetProperty("num_heads").GetInt32(),
        PatchSize = config.GetProperty("patch_size").GetInt32(), ImageSize = config.GetProperty("img_size").GetInt32(), Channels = config.GetProperty("in_chans").GetInt32(),
        MlpRatio = config.GetProperty("mlp_ratio").GetDouble(),
    };

    static void Load(nn.Module module, ReferenceCase stored)
    {
        var weights = stored.Weights().Where(weight => !NeverRead.Any(weight.Key.EndsWith)).ToDictionary();
        foreach (var (name, buffer) in module.named_buffers())
            if (name.EndsWith("counts", StringComparison.Ordinal)) weights[name] = zeros_like(buffer);       // the kit's own statistic
        module.load_state_dict(weights);
    }

    static bool StartsByKMeans(ReferenceCase stored) => stored.Config.GetProperty("kmeans_init").GetBoolean();

    static void Start(VectorQuantizer quantizer, Tensor rows, ReferenceCase stored, Findings found)
    {
        var unit = nn.functional.normalize(rows.detach(), dim: -1);
        var fit = new Lloyd { Spherical = true, RelocateEmpty = false, Rounds = StartRounds }.Fit(() => [unit], unit.index_select(0, stored["init_idx"]));
        quantizer.StartFrom(fit.Centres);
        if (!stored.Has("kmeans.codebook")) return;
        found.Compare("kmeans.codebook", fit.Centres);
        found.Compare("kmeans.counts", [.. fit.Counts.Select(count => (double)count)]);
    }

    static Quantised Quantise(VectorQuantizer quantizer, Tensor rows)
    {
        var quantised = quantizer.Quantise(rows);
        if (!quantizer.training) quantizer.CountUse(quantised.Ids);                // as the released code does
        return quantised;
    }

    static Tensor Rows(Tensor map) => map.permute(0, 2, 3, 1).reshape(-1, map.size(1));

    static Tensor Map(Tensor rows, Tensor like) => rows.reshape(like.size(0), like.size(2), like.size(3), like.size(1)).permute(0, 3, 1, 2);

    static double Scheduled(JsonElement schedule, int step)
    {
        double Value(string name) => schedule.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
        var perEpoch = (long)Value("niter_per_ep");
        return Schedule.Cosine(step, (long)Value("epochs") * perEpoch, (long)Value("warmup_epochs") * perEpoch, Value("start_warmup_value"), Value("base_value"), Value("final_value"));
    }
}
