using System.Text.Json;
using MimKit.Data;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>Mixup and CutMix for recorded weights and boxes.</summary>
static class Mixes
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["mixup"] = Mix, ["cutmix_box"] = Boxes };

    static void Mix(ReferenceCase stored, Findings found)
    {
        var calls = stored.Config.GetProperty("calls").EnumerateArray().ToArray();
        for (var i = 0; i < calls.Length; i++)
        {
            var (images, targets) = Mixing.Mix(stored["x"], stored["labels"], stored.Integer("classes"), calls[i].GetProperty("lam").GetDouble(), BoxOf(calls[i]), stored.Number("smoothing"));
            found.Compare($"x_{i}", images);
            found.Compare($"target_{i}", targets);
        }
    }

    static MixBox? BoxOf(JsonElement call)
    {
        if (!call.GetProperty("cutmix").GetBoolean()) return null;
        var edges = call.GetProperty("box").EnumerateArray().Select(edge => edge.GetInt32()).ToArray();
        return new(edges[0], edges[1], edges[2], edges[3]);
    }

    static void Boxes(ReferenceCase stored, Findings found)
    {
        var size = stored.Config.GetProperty("size").EnumerateArray().Select(side => side.GetInt32()).ToArray();
        var (weights, rows, columns) = (stored["lam"].ToArray<double>(), stored["cy"].ToArray<long>(), stored["cx"].ToArray<long>());
        var boxes = weights.Select((weight, i) => Mixing.Box(size[0], size[1], weight, (int)rows[i], (int)columns[i])).ToArray();
        found.Compare("box", tensor(boxes.SelectMany(box => new long[] { box.Top, box.Bottom, box.Left, box.Right }).ToArray(), [boxes.Length, 4]));
        found.Compare("corrected_lam", [.. boxes.Select(box => Mixing.AreaOutside(size[0], size[1], box))]);
    }
}
