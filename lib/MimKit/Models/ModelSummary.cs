using System.Globalization;
using MimKit.Metrics;

namespace MimKit.Models;

/// <summary>One part of a network: a layer, or a block of them.</summary>
/// <param name="Name">Path in the network.</param>
/// <param name="Type">Of the module.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Output">Shape of what it puts out, B for the images.</param>
/// <param name="Flops">Multiplications and additions of a forward pass of one image: two for each weight and token, and attention's two products.</param>
public sealed record ModelPart(string Name, string Type, long Parameters, string Output, double Flops);

/// <summary>A network part by part: what <c>display(model)</c> shows.</summary>
/// <param name="Parts">In the order of the network.</param>
public sealed record ModelSummary(IReadOnlyList<ModelPart> Parts)
{
    /// <summary>Trained numbers of the network.</summary>
    public long Parameters => Parts.Sum(part => part.Parameters);

    /// <summary>Of a forward pass of one image.</summary>
    public double Flops => Parts.Sum(part => part.Flops);

    /// <summary>Describes a vision transformer.</summary>
    /// <param name="network">Its modules; lists of blocks are told block by block.</param>
    /// <param name="grid">Its patches: N of them.</param>
    /// <param name="visible">Patches that blocks named <c>blocks</c> see where another list decodes (MAE's encoder); null: all.</param>
    public static ModelSummary Of(nn.Module network, PatchGrid grid, int? visible = null)
    {
        var sparse = visible is not null && network.named_children().Any(child => child.name == "decoder_blocks");
        var parts = new List<ModelPart>();
        foreach (var (name, parameter) in network.named_parameters(recurse: false))
            parts.Add(new(name, nameof(Parameter), parameter.numel(), Shape(parameter), 0));
        foreach (var (name, child) in network.named_children())
            foreach (var (path, part) in child.GetType().Name.StartsWith("ModuleList", StringComparison.Ordinal) ? child.named_children().Select(item => ($"{name}.{item.name}", item.module)) : [(name, child)])
                parts.Add(Part(path, part, Tokens(name)));
        return new(parts);

        int Tokens(string name) => name switch
        {
            "blocks" or "norm" or "decoder_embed" when sparse => 1 + visible!.Value,
            "patch_embed" => grid.Count,
            "lm_head" or "decoder_pred" or "feature_head" or "cls_pt_lm_head" => grid.Count,
            _ => 1 + grid.Count,
        };
    }

    private static ModelPart Part(string path, nn.Module part, int tokens)
    {
        var (flops, width) = (0.0, 0L);
        foreach (var module in part.modules())
            switch (module)
            {
                case Linear linear:
                    flops += 2.0 * linear.weight.numel() * tokens;
                    width = linear.weight.size(0);
                    break;
                case Conv2d projection:
                    flops += 2.0 * projection.weight.numel() * tokens;
                    width = projection.weight.size(0);
                    break;
                case LayerNorm norm:
                    width = norm.weight.size(0);
                    break;
                case Attention or BeitAttention:                                   // q kᵀ and its product with v
                    flops += 4.0 * tokens * tokens * module.named_children().OfType<(string name, nn.Module module)>().Select(child => child.module).OfType<Linear>().Min(linear => linear.weight.size(0));
                    break;
            }
        var output = width == 0 ? "" : $"[B, {tokens}, {width}]";
        return new(path, part.GetType().Name, part.parameters().Sum(parameter => parameter.numel()), output, flops);
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    /// <summary>text/html, text/plain and application/vnd.mimkit.table+json.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => Table().MimeBundle();

    public override string ToString() => Table().ToString();

    private MetricTable Table() => new(
        string.Create(CultureInfo.InvariantCulture, $"{Parameters:N0} parameters, {Flops / 1e9:F3} GFLOPs an image"),
        ["layer", "type", "output", "parameters", "MFLOPs"],
        [.. Parts.Select(part => new object?[] { part.Name, part.Type, part.Output, part.Parameters, part.Flops / 1e6 })],
        "forward pass of one image: two operations a weight and token, and attention's two products; norms and activations are not counted");
}
