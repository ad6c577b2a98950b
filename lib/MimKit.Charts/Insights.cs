using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit.Charts;

// What a method looks at and how it groups.
public static partial class Chart
{
    /// <summary>Where the class token looks: every head of a block over a few images.</summary>
    /// <param name="method">Any method; without gradients.</param>
    /// <param name="set">Its first images are shown.</param>
    /// <param name="count">Images.</param>
    /// <param name="block">Counted from 1; null: the last.</param>
    public static Figure Attention(Method method, ImageSet set, int count = 6, int? block = null)
    {
        using var scope = NewDisposeScope();
        return AttentionHeads(method.Predictor.AttentionWeights(First(set, count), block), method.Predictor.Grid, set, $"block {block?.ToString() ?? "last"}");
    }

    private static Figure AttentionHeads(Tensor weights, PatchGrid grid, ImageSet set, string block)
    {
        var ofClass = AttentionMaps.OfClassToken(weights);                         // [B, H, N]
        var (count, heads) = ((int)ofClass.size(0), (int)ofClass.size(1));
        var rows = Enumerable.Range(0, count).Select(i => (IReadOnlyList<Tile>)
            [Picture(set, i), .. Enumerable.Range(0, heads).Select(h => Shaded(ofClass[i, h].ToArray<float>(), grid))]).ToList();
        return Images($"Attention of the class token, {block}", rows, columnNames: ["image", .. Enumerable.Range(1, heads).Select(h => $"head {h}")]);
    }

    /// <summary>Where the class token of any encoder looks: every head of a block over a few images.</summary>
    /// <param name="encoder">Frozen.</param>
    /// <param name="set">Its first images are shown.</param>
    /// <param name="count">Images.</param>
    /// <param name="block">Counted from 1; null: the last.</param>
    public static Figure Attention(IEncoder encoder, ImageSet set, int count = 6, int? block = null)
    {
        using var scope = NewDisposeScope();
        return AttentionHeads(encoder.AttentionWeights(First(set, count), block), encoder.Grid, set, $"block {block?.ToString() ?? "last"}");
    }

    /// <summary>Where the class token looks from block to block, mean of the heads, and what has reached it through all of them (rollout).</summary>
    /// <param name="encoder">Frozen.</param>
    /// <param name="set">Its first images are shown.</param>
    /// <param name="count">Images.</param>
    public static Figure AttentionBlocks(IEncoder encoder, ImageSet set, int count = 6)
    {
        using var scope = NewDisposeScope();
        var blocks = AttentionMaps.OfBlocks(encoder, First(set, count));
        var shown = blocks.Select(weights => AttentionMaps.OfClassToken(weights.mean([1]))).Append(AttentionMaps.OfClassToken(AttentionMaps.Rollout(blocks))).ToList();    // [B, N] each
        var rows = Enumerable.Range(0, (int)shown[0].size(0)).Select(i => (IReadOnlyList<Tile>)[Picture(set, i), .. shown.Select(map => Shaded(map[i].ToArray<float>(), encoder.Grid))]).ToList();
        return Images("Attention of the class token, block by block", rows, columnNames: ["image", .. Enumerable.Range(1, blocks.Count).Select(block => $"{block}"), "rollout"]);
    }

    /// <summary>How far every head of every block looks, in pixels: near heads work like convolutions, far ones see the image.</summary>
    /// <param name="encoder">Frozen.</param>
    /// <param name="set">Its first images are averaged over.</param>
    /// <param name="count">Images.</param>
    public static Figure AttentionDistances(IEncoder encoder, ImageSet set, int count = 64)
    {
        using var scope = NewDisposeScope();
        var heads = AttentionMaps.OfBlocks(encoder, First(set, count)).SelectMany((weights, block) => AttentionMaps.Distances(weights, encoder.Grid).Select(far => new Point(block + 1, far))).ToList();
        return Scatter("How far each head looks", "block", "mean distance / pixels", heads);
    }

    /// <summary>How token morphing groups the patches of a few images: one colour a group, coarser from left to right.</summary>
    /// <param name="target">Whose vectors are grouped.</param>
    /// <param name="set">Its first images are shown.</param>
    /// <param name="tokens">Numbers of tokens left.</param>
    /// <param name="rounds">k of every morphing.</param>
    /// <param name="count">Images.</param>
    public static Figure Morphs(Target target, ImageSet set, IReadOnlyList<int>? tokens = null, int rounds = 4, int count = 6)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var images = First(set, count);
        var left = tokens ?? [target.Grid.Count / 2, target.Grid.Count / 4, target.Grid.Count / 8, 2];
        var vectors = target.Likeness(target.Of(images));                    // [B, N, D]
        var groups = left.Select(n => DynamicMorphing.Fixed(n, rounds).Draw(vectors, new Draw(0, 0, [.. Enumerable.Range(0, count).Select(i => (long)i)]))[0].Group.ToArray<long>()).ToList();
        var rows = Enumerable.Range(0, count).Select(i => (IReadOnlyList<Tile>)
            [Picture(set, i), .. groups.Select(group => Coloured(group.AsSpan(i * target.Grid.Count, target.Grid.Count), target.Grid))]).ToList();
        return Images("Morphed tokens", rows, columnNames: ["image", .. left.Select(n => $"{n} tokens")]);
    }

    /// <summary>Images, what was hidden, and what a method that regresses pixels makes of it.</summary>
    /// <param name="method">With pixels as the target of its first term.</param>
    /// <param name="set">Its first images are shown.</param>
    /// <param name="count">Images.</param>
    public static Figure Reconstructions(Method method, ImageSet set, int count = 10)
    {
        if (method.Terms[0].Target is not PixelTarget pixels) throw new ArgumentException($"Reconstructions need a method that regresses pixels; this one learns {method.Terms[0].Target}.");
        return Predictions("Reconstructions", method, (predicted, patches) => pixels.Restored(predicted, patches), set, count);
    }

    private static Tile Shaded(float[] values, PatchGrid grid)
    {
        var (low, high) = (values.Min(), values.Max());
        return Painted(grid, i => (byte)(255 * (values[i] - low) / Math.Max(high - low, 1e-12f)) is var grey ? (grey, grey, grey) : default);
    }

    // hues a golden ratio apart: neighbours in number differ in colour
    private static Tile Coloured(ReadOnlySpan<long> group, PatchGrid grid)
    {
        var groups = group.ToArray();
        return Painted(grid, i =>
        {
            var (hue, light) = (groups[i] * 0.618034 % 1 * 6, groups[i] % 3 * 0.2 + 0.6);
            byte Channel(double shift) => (byte)(255 * light * Math.Clamp(Math.Abs((hue + shift) % 6 - 3) - 1, 0, 1));
            return (Channel(0), Channel(4), Channel(2));
        });
    }

    private static Tile Painted(PatchGrid grid, Func<int, (byte R, byte G, byte B)> colour)
    {
        var (p, width) = (grid.PatchSize, grid.Columns * grid.PatchSize);
        var pixels = new byte[grid.Rows * p * width * 3];
        for (var y = 0; y < grid.Rows * p; y++)
            for (var x = 0; x < width; x++)
                (pixels[(y * width + x) * 3], pixels[(y * width + x) * 3 + 1], pixels[(y * width + x) * 3 + 2]) = colour(y / p * grid.Columns + x / p);
        return Tile.Hwc(pixels, grid.Rows * p, width, 3);
    }
}
