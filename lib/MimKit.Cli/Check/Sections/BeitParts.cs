using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>What BEiT's transformer is made of.</summary>
static class BeitParts
{
    public static Dictionary<string, Runner> Runners { get; } = new()
    {
        ["rel_pos_index"] = Positions, ["block"] = Block, ["drop_path"] = DropPath, ["drop_path_rates"] = Rates, ["init_rescale"] = Rescale,
    };

    public static void Attention(ReferenceCase stored, Findings found)
    {
        var config = stored.Config.GetProperty("attention");
        PatchGrid? window = config.GetProperty("window_size") is { ValueKind: System.Text.Json.JsonValueKind.Array } size ? new(size[0].GetInt32(), size[1].GetInt32(), 1, 1) : null;
        using var attention = new BeitAttention(config.GetProperty("dim").GetInt32(), config.GetProperty("num_heads").GetInt32(), config.GetProperty("qkv_bias").GetBoolean(), window);
        stored.LoadInto(attention);
        var x = stored.Leaf("x");
        var shared = stored.Has("shared_bias") ? stored.Leaf("shared_bias") : null;

        var y = attention.Forward(x, shared);
        (y * stored["coef"]).sum().backward();

        found.Compare("y", y);
        found.Compare("attention", attention.Weights(x, shared));
        found.CompareGradients(attention);
        found.Compare("g.in.x", x.grad);
        if (shared is not null) found.Compare("g.in.shared_bias", shared.grad);
    }

    static void Positions(ReferenceCase stored, Findings found)
    {
        var window = stored.Config.GetProperty("window");
        var (rows, columns) = (window[0].GetInt32(), window[1].GetInt32());
        var index = RelativePositionBias.Index(rows, columns);
        found.Compare("index", index);
        found.Compare("num_rows", [RelativePositionBias.TableRows(rows, columns)]);
        if (!stored.Has("bias")) return;
        var table = stored.Leaf("table");
        var bias = RelativePositionBias.Look(table, index);
        (bias * stored["coef"]).sum().backward();
        found.Compare("bias", bias);
        found.Compare("g.table", table.grad);
    }

    static void Block(ReferenceCase stored, Findings found)
    {
        var config = stored.Config.GetProperty("block");
        var (rows, columns) = config.TryGetProperty("window_size", out var window) ? (window[0].GetInt32(), window[1].GetInt32()) : (1, 1);
        var shape = new VitConfig { Width = config.GetProperty("dim").GetInt32(), Blocks = 1, Heads = config.GetProperty("num_heads").GetInt32(), MlpRatio = config.GetProperty("mlp_ratio").GetDouble() };
        var parts = new Models.BeitParts { LayerScale = config.GetProperty("init_values").GetDouble(), QueryValueBias = config.GetProperty("qkv_bias").GetBoolean(), BlockBias = config.TryGetProperty("window_size", out _) };
        using var block = new BeitBlock(shape, new PatchGrid(rows, columns, 1, 1), parts, config.TryGetProperty("drop_path", out var rate) ? rate.GetDouble() : 0);
        stored.LoadInto(block);
        var x = stored.Leaf("x");
        var depth = stored.Has("uniform_attn")
            ? new StochasticDepth(stack([stored["uniform_attn"], stored["uniform_mlp"]], 1).contiguous().ToArray<float>(), (int)x.size(0)) : null;

        var y = block.Forward(new(x, null, float32), null, depth).Settle().Sum;
        (y * stored["coef"]).sum().backward();

        found.Compare("y", y);
        found.CompareGradients(block);
        found.Compare("g.in.x", x.grad);
    }

    static void DropPath(ReferenceCase stored, Findings found)
    {
        var probabilities = stored.Numbers("probabilities");
        for (var i = 0; i < probabilities.Length; i++)
            found.Compare($"y_{i}", stored["x"] * new StochasticDepth(stored["uniform"].ToArray<float>(), (int)stored["uniform"].size(0)).Next(probabilities[i])!);
    }

    static void Rates(ReferenceCase stored, Findings found)
    {
        var (last, blocks) = (stored.Number("rate"), stored.Integer("depth"));
        found.Compare("finetune_blocks", StochasticDepth.Rates(last, blocks));
        found.Compare("pretrain_blocks", StochasticDepth.Rates(last, blocks));
        found.Compare("aggregation_blocks", StochasticDepth.AggregationRates(last, blocks, new(stored.Integer("early_layers"), stored.Integer("head_layers"))));
    }

    static void Rescale(ReferenceCase stored, Findings found)
    {
        found.Compare("blocks", [.. Enumerable.Range(0, stored.Integer("depth")).Select(BeitInitialisation.DepthFactor)]);
        found.Compare("aggregation_blocks", [.. Enumerable.Range(stored.Integer("early_layers"), stored.Integer("head_layers")).Select(BeitInitialisation.DepthFactor)]);
    }
}
