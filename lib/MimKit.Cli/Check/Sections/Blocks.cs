using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Cli.Check.Sections;

/// <summary>Parts of a vision transformer.</summary>
static class Blocks
{
    public static Dictionary<string, Runner> Runners { get; } = new()
    {
        ["layer_norm"] = LayerNorm, ["gelu"] = Gelu, ["attention"] = Attention, ["patch_embed"] = PatchEmbed, ["sincos_2d"] = SinCos, ["label_losses"] = LabelLosses,
    };

    static void LayerNorm(ReferenceCase stored, Findings found)
    {
        using var norm = nn.LayerNorm(stored["x"].size(-1), stored.Number("eps"));
        stored.LoadInto(norm);
        var x = stored.Leaf("x");

        new ResidualStream(x, null, float32).Normalise(norm, out var y);
        (y * stored["coef"]).sum().backward();

        found.Compare("y", y);
        found.Compare("y", norm.forward(x));                                       // libtorch's own beside the one-pass kernel
        found.CompareGradients(norm);
        found.Compare("g.in.x", x.grad);
    }

    static void Gelu(ReferenceCase stored, Findings found)
    {
        var x = stored.Leaf("x");
        var y = Fused.LinearGelu(x.unsqueeze(-1), ones(1, 1), zeros(1)).squeeze(-1);
        y.sum().backward();

        found.Compare("y", y);
        found.Compare("y", F.gelu(x));
        found.Compare("g.in.x", x.grad);
    }

    static void Attention(ReferenceCase stored, Findings found)
    {
        var config = stored.Config.GetProperty("attention");
        var (width, heads) = (config.GetProperty("dim").GetInt32(), config.GetProperty("num_heads").GetInt32());
        if (config.GetProperty("qkv_bias").GetBoolean())
        {
            BeitParts.Attention(stored, found);
            return;
        }
        using var attention = new Attention(width, heads);
        var weights = stored.Weights();
        weights["qkv.bias"] = zeros(3 * width);                                    // the case has none
        attention.load_state_dict(weights);
        var x = stored.Leaf("x");

        var y = attention.forward(x);
        (y * stored["coef"]).sum().backward();

        found.Compare("y", y);
        found.CompareGradients(attention);
        found.Compare("g.in.x", x.grad);
        found.Compare("attention", attention.Weights(x));
    }

    static void PatchEmbed(ReferenceCase stored, Findings found)
    {
        var (image, patch) = (stored.Config.GetProperty("img_size"), stored.Integer("patch"));
        var grid = new PatchGrid(image[0].GetInt32() / patch, image[1].GetInt32() / patch, patch, (int)stored["x"].size(1));
        using var embedding = new PatchEmbedding(grid, stored.Integer("dim"), float32);
        stored.LoadInto(embedding);

        found.Compare("tokens", embedding.forward(grid.Cut(stored["x"])));
    }

    static void SinCos(ReferenceCase stored, Findings found)
    {
        var tables = stored.Config.GetProperty("tables").EnumerateArray().ToArray();
        for (var i = 0; i < tables.Length; i++)
        {
            var grid = tables[i].GetProperty("grid").GetInt32();
            var table = SinCosPositions.Table(tables[i].GetProperty("embed_dim").GetInt32(), grid, grid).squeeze(0);
            found.Compare($"table_{i}", tables[i].GetProperty("cls_token").GetBoolean() ? table : table.narrow(0, 1, grid * grid));
        }
    }

    static void LabelLosses(ReferenceCase stored, Findings found)
    {
        var logits = stored.Leaf("logits");
        var smoothings = stored.Numbers("smoothings");
        var smoothed = Array.ConvertAll(smoothings, Smoothed);
        var soft = F.cross_entropy(logits, stored["soft"]);
        (smoothed[0] + 2 * soft).backward();

        found.Compare("cross_entropy", Smoothed(0));
        for (var i = 0; i < smoothings.Length; i++) found.Compare($"smoothed_{i}", smoothed[i]);
        found.Compare("soft_target", soft);
        found.Compare("g.in.logits", logits.grad);

        Tensor Smoothed(double smoothing) => new CrossEntropy(smoothing).Loss(logits.unsqueeze(0), new(stored["labels"].unsqueeze(0)));
    }
}
