using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;

namespace MimKit.Charts;

// What a network's tokens look like.
public static partial class Chart
{
    private const int FrameScale = 4;

    /// <summary>Patches as colours: the first three principal components of all patches of all shown images as red, green and blue, below the images. One colour, one meaning to the network.</summary>
    /// <param name="tokens">[B, N, D] features of the first B images, without the class token</param>
    /// <param name="grid">their N patches</param>
    /// <param name="set">the images</param>
    public static Figure FeatureColours(Tensor tokens, PatchGrid grid, ImageSet set)
    {
        CheckPatches(tokens, grid);
        using var scope = NewDisposeScope();
        var count = (int)tokens.size(0);
        var colours = PatchViews.Colours(tokens).mul(255).round().to(uint8).contiguous().ToArray<byte>();
        var painted = Enumerable.Range(0, count).Select(i => Painted(grid, n => Colour(colours.AsSpan((i * grid.Count + n) * 3, 3)))).ToList();
        return Images($"Patch features of {count} images: three principal components as colours", [[.. Enumerable.Range(0, count).Select(i => Picture(set, i))], painted], ["image", "features"]);

        static (byte, byte, byte) Colour(ReadOnlySpan<byte> rgb) => (rgb[0], rgb[1], rgb[2]);
    }

    /// <summary>How alike one patch is to every other of its image, by cosine; the patch is framed. Dark is the least alike of the image, bright the patch itself.</summary>
    /// <param name="tokens">[B, N, D] features of the first B images, without the class token</param>
    /// <param name="grid">their N patches</param>
    /// <param name="set">the images</param>
    /// <param name="patches">row-major numbers, a row of maps each; null: centre and a corner region</param>
    public static Figure TokenSimilarity(Tensor tokens, PatchGrid grid, ImageSet set, params IReadOnlyList<int> patches)
    {
        CheckPatches(tokens, grid);
        using var scope = NewDisposeScope();
        var count = (int)tokens.size(0);
        if (patches.Count == 0) patches = [grid.Rows / 2 * grid.Columns + grid.Columns / 2, grid.Rows / 4 * grid.Columns + grid.Columns / 4];
        var rows = new List<IReadOnlyList<Tile>>();
        foreach (var patch in patches)
        {
            var alike = PatchViews.Similarity(tokens, patch);                      // [B, N]
            var (top, left, p) = (patch / grid.Columns * grid.PatchSize, patch % grid.Columns * grid.PatchSize, grid.PatchSize);
            rows.Add([.. Enumerable.Range(0, count).Select(i => Picture(set, i).Frame(top, left, p, p, FrameScale))]);
            rows.Add([.. Enumerable.Range(0, count).Select(i => Shaded(alike[i].ToArray<float>(), grid).Frame(top, left, p, p, FrameScale))]);
        }
        return Images("Likeness of one patch's feature to all others (cosine)", rows, [.. patches.SelectMany(patch => new[] { $"patch {patch}", "likeness" })]);
    }

    /// <summary>How alike the layers of two networks are.</summary>
    public static Figure Cka(CkaMap map, string rows = "layer", string columns = "layer") =>
        Heatmap($"Likeness of layers, {map.Source}", columns, rows, "CKA", map.Values, map.Rows, map.Columns);

    /// <summary>Singular values relative to the largest, both axes logarithmic: a flat line uses all its dimensions, a steep one few. What is below a millionth is left out.</summary>
    /// <param name="spectra">names and spectra</param>
    public static Figure Spectra(params IReadOnlyList<(string Name, Spectrum Spectrum)> spectra) => Lines("Singular values of the features", "index", "share of the largest",
        [.. spectra.Select(one => Falling(FormattableString.Invariant($"{one.Name} (effective rank {one.Spectrum.EffectiveRank:F1})"), one.Spectrum.SingularValues))], logX: true, logY: true);

    private static Series Falling(string name, double[] values)
    {
        var shares = values.Select(value => value / Math.Max(values[0], 1e-30)).TakeWhile(share => share > 1e-6).ToList();
        return new(name, [.. Enumerable.Range(1, shares.Count).Select(i => (double)i)], shares);
    }

    private static void CheckPatches(Tensor tokens, PatchGrid grid)
    {
        if (tokens.ndim != 3 || tokens.size(1) != grid.Count)
            throw new ArgumentException($"Tokens [{string.Join(", ", tokens.shape)}] do not fit {grid}: wanted [B, {grid.Count}, D], without the class token.");
    }
}
