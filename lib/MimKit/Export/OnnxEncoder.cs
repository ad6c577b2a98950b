using MimKit.Models;

namespace MimKit.Export;

/// <summary>
/// Writes an encoder as an ONNX file (operators of set 17, float32), to run where there is no MimKit: input "images" [B, C, H, W], output
/// "tokens" [B, 1 + N, D] after the final norm, class token first. Which parts a transformer has is told by the names of its weights: positions, relative position
/// biases, layer scale, biases of queries and values, CLIP's first norm and activation.
/// </summary>
public sealed class OnnxEncoder
{
    private readonly OnnxGraph _graph = new("encoder");
    private readonly OfficialWeights _weights;
    private readonly VitConfig _config;
    private readonly string _prefix;
    private readonly bool _clip;

    private OnnxEncoder(OfficialWeights weights, VitConfig config, string prefix) => (_weights, _config, _prefix, _clip) = (weights, config, prefix, weights.Family == WeightFamily.Clip);

    /// <summary>Writes the encoder of a file of weights.</summary>
    /// <param name="weights">the file</param>
    /// <param name="path">of the ONNX file; an existing one is replaced atomically</param>
    /// <param name="heads">attention heads, where no tensor tells; null: width / 64</param>
    /// <exception cref="ArgumentException">The file's width does not split into that many heads.</exception>
    public static void Save(OfficialWeights weights, string path, int? heads = null)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var prefix = weights.Family == WeightFamily.VqKd ? "encoder." : "";
        var config = weights.Config(prefix, heads);
        if (config.Width % config.Heads != 0) throw new ArgumentException($"Width {config.Width} does not split into {config.Heads} heads; say how many there are.");
        new OnnxEncoder(weights, config, prefix).Build().Save(path, $"{weights}, {config}");
    }

    private OnnxGraph Build()
    {
        var (g, grid) = (_graph, _config.Grid());
        var images = g.Input("images", "batch", _config.Channels, _config.ImageSize, _config.ImageSize);
        var x = Embed(images);
        if (_weights.Has(_prefix + "norm_pre.weight")) x = Norm(x, "norm_pre");
        for (var block = 0; block < _config.Blocks; block++) x = Block(x, $"blocks.{block}.");
        g.Output("tokens", Norm(x, _weights.Has(_prefix + "norm.weight") ? "norm" : "fc_norm"), "batch", 1 + grid.Count, _config.Width);
        return g;
    }

    private string Embed(string images)                                            // [B, 1 + N, D]
    {
        var g = _graph;
        long p = _config.PatchSize, d = _config.Width;
        string[] projection = _weights.Has(_prefix + "patch_embed.proj.bias") ? [images, Weight("patch_embed.proj.weight"), Weight("patch_embed.proj.bias")] : [images, Weight("patch_embed.proj.weight")];
        var maps = g.Node("Conv", projection, ("kernel_shape", new[] { p, p }), ("strides", new[] { p, p }));
        var patches = g.Node("Transpose", [g.Node("Reshape", [maps, g.Integers(0, d, -1)])], ("perm", new long[] { 0, 2, 1 }));
        var batch = g.Node("Shape", [images], ("start", 0L), ("end", 1L));
        var cls = g.Node("Expand", [Weight("cls_token"), g.Node("Concat", [batch, g.Integers(1, d)], ("axis", 0L))]);
        var tokens = g.Node("Concat", [cls, patches], ("axis", 1L));
        return _weights.Has(_prefix + "pos_embed") ? g.Node("Add", [tokens, Weight("pos_embed")]) : tokens;
    }

    private string Block(string x, string name)
    {
        var g = _graph;
        x = g.Node("Add", [x, Scaled(Attention(Norm(x, name + "norm1"), name), name + "gamma_1")]);
        var hidden = Activation(Linear(Norm(x, name + "norm2"), name + "mlp.fc1"));
        return g.Node("Add", [x, Scaled(Linear(hidden, name + "mlp.fc2"), name + "gamma_2")]);
    }

    private string Attention(string x, string name)
    {
        var g = _graph;
        long h = _config.Heads, d = _config.Width / h;
        var qkv = g.Node("Reshape", [Linear(x, name + "attn.qkv", QkvBias(name)), g.Integers(0, 0, 3, h, d)]);
        qkv = g.Node("Transpose", [qkv], ("perm", new long[] { 2, 0, 3, 1, 4 }));                      // [3, B, H, n, d]
        var (q, k, v) = (Part(0), Part(1), Part(2));
        var logits = g.Node("MatMul", [g.Node("Mul", [q, g.Number(1 / Math.Sqrt(d))]), g.Node("Transpose", [k], ("perm", new long[] { 0, 1, 3, 2 }))]);
        if (PositionBias(name) is { } bias) logits = g.Node("Add", [logits, bias]);
        var mixed = g.Node("MatMul", [g.Node("Softmax", [logits], ("axis", -1L)), v]);                 // [B, H, n, d]
        return Linear(g.Node("Reshape", [g.Node("Transpose", [mixed], ("perm", new long[] { 0, 2, 1, 3 })), g.Integers(0, 0, h * d)]), name + "attn.proj");

        string Part(long which) => g.Node("Gather", [qkv, g.Integer(which)], ("axis", 0L));
    }

    // A full bias, or BEiT's: queries and values have one, keys have none.
    private string? QkvBias(string name)
    {
        if (_weights.Has(_prefix + name + "attn.qkv.bias")) return Weight(name + "attn.qkv.bias");
        if (!_weights.Has(_prefix + name + "attn.q_bias")) return null;
        var q = _weights.Read(_prefix + name + "attn.q_bias");
        return _graph.Constant(name + "attn.qkv.bias", cat([q, zeros_like(q), _weights.Read(_prefix + name + "attn.v_bias")]));
    }

    // The shared table and the block's own, looked up and added: [H, n, n].
    private string? PositionBias(string name)
    {
        var tables = new[] { "rel_pos_bias.relative_position_bias_table", name + "attn.relative_position_bias_table" }.Where(table => _weights.Has(_prefix + table)).ToList();
        if (tables.Count == 0) return null;
        var grid = _config.Grid();
        var sum = tables.Select(table => _weights.Read(_prefix + table)).Aggregate((a, b) => a + b);
        return _graph.Constant(name + "attn.position_bias", RelativePositionBias.Look(sum, RelativePositionBias.Index(grid.Rows, grid.Columns)));
    }

    private string Scaled(string branch, string gamma) => _weights.Has(_prefix + gamma) ? _graph.Node("Mul", [branch, Weight(gamma)]) : branch;

    private string Linear(string x, string name) => Linear(x, name, Weight(name + ".bias"));

    private string Linear(string x, string name, string? bias)
    {
        var product = _graph.Node("MatMul", [x, _graph.Constant(name + ".weight", _weights.Read(_prefix + name + ".weight").t())]);
        return bias is null ? product : _graph.Node("Add", [product, bias]);
    }

    private string Norm(string x, string name) =>
        _graph.Node("LayerNormalization", [x, Weight(name + ".weight"), Weight(name + ".bias")], ("axis", -1L), ("epsilon", _clip ? 1e-5f : (float)Vit.NormEps));

    // The exact GELU x Φ(x); CLIP's is x σ(1.702 x).
    private string Activation(string x)
    {
        var g = _graph;
        if (_clip) return g.Node("Mul", [x, g.Node("Sigmoid", [g.Node("Mul", [x, g.Number(1.702)])])]);
        var erf = g.Node("Erf", [g.Node("Mul", [x, g.Number(1 / Math.Sqrt(2))])]);
        return g.Node("Mul", [g.Node("Mul", [x, g.Number(0.5)]), g.Node("Add", [erf, g.Number(1)])]);
    }

    private string Weight(string name) => _graph.Constant(name, _weights.Read(_prefix + name));
}
