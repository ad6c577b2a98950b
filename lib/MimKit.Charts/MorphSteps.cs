using System.Text.Json.Nodes;
using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Charts;

public static partial class Chart
{
    private const int SliderHeight = 90;
    private const double Tint = 0.55;                                              // of a group's colour over the image

    /// <summary>One morphing round by round, with a slider: the groups' colours lie on the images, and coarsen as the schedule proceeds.</summary>
    /// <param name="target">Whose vectors are grouped.</param>
    /// <param name="set">Its first images are shown.</param>
    /// <param name="rounds">Equal rounds from all tokens towards one.</param>
    /// <param name="count">Images.</param>
    public static Figure MorphSteps(Target target, ImageSet set, int rounds = 7, int count = 6)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (all, images) = (target.Grid.Count, First(set, count));
        var each = all / (rounds + 1);
        if (rounds < 1 || each < 1) throw new ArgumentException($"{rounds} rounds were asked for; {all} tokens take 1 to {all - 1}.");
        var vectors = target.Likeness(target.Of(images));                          // [B, N, D]
        var draw = new Draw(0, 0, [.. Enumerable.Range(0, count).Select(i => (long)i)]);
        long[] Groups(int round) => round == 0 ? [.. Enumerable.Range(0, count * all).Select(i => (long)(i % all))]
            : DynamicMorphing.Fixed(all - round * each, round).Draw(vectors, draw)[0].Group.ToArray<long>();   // equal rounds: a longer schedule begins as a shorter one
        var steps = Enumerable.Range(0, rounds + 1).Select(round =>
        {
            var groups = Groups(round);
            return Images("Tokens morph, round by round", [[.. Enumerable.Range(0, count).Select(i => Over(Picture(set, i), Coloured(groups.AsSpan(i * all, all), target.Grid)))]]).Json();
        }).ToList();
        return Slider(steps, [.. Enumerable.Range(0, rounds + 1).Select(round => $"{all - round * each}")], $"Tokens of {count} images morph from {all} to {all - rounds * each} in {rounds} rounds; groups are colours over the images");
    }

    private static Figure Slider(IReadOnlyList<JsonObject> steps, IReadOnlyList<string> names, string summary)
    {
        var data = new JsonArray([.. steps.Select((step, shown) => { var trace = step["data"]![0]!.DeepClone(); trace["visible"] = shown == 0; return trace; })]);
        var layout = (JsonObject)steps[0]["layout"]!.DeepClone();
        layout["margin"]!["b"] = SliderHeight;
        layout["height"] = (int)layout["height"]! + SliderHeight;
        layout["sliders"] = new JsonArray(new JsonObject
        {
            ["active"] = 0, ["pad"] = new JsonObject { ["t"] = 8 }, ["currentvalue"] = new JsonObject { ["prefix"] = "tokens left: " },
            ["steps"] = new JsonArray([.. names.Select((name, shown) => (JsonNode)new JsonObject
            {
                ["label"] = name, ["method"] = "restyle", ["args"] = new JsonArray("visible", new JsonArray([.. names.Select((_, i) => (JsonNode)(i == shown))])),
            })]),
        });
        return new(data, layout, summary);
    }

    private static Tile Over(Tile picture, Tile colours)
    {
        var pixels = new byte[picture.Height * picture.Width * 3];
        for (var y = 0; y < picture.Height; y++)
            for (var x = 0; x < picture.Width; x++)
                for (var c = 0; c < 3; c++)
                {
                    var below = picture.Pixel(y, x);
                    pixels[(y * picture.Width + x) * 3 + c] = (byte)(Tint * colours.Pixel(y, x)[c] + (1 - Tint) * below[below.Length == 1 ? 0 : c]);
                }
        return Tile.Hwc(pixels, picture.Height, picture.Width, 3);
    }
}
