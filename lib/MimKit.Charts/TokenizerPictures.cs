using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;

namespace MimKit.Charts;

// What codes look like: their most typical patches within their images, where they stand, and what a decoder makes of them.
public static partial class Chart
{
    private const int NearestSide = 84;                                            // screen pixels of an image with its framed patch

    /// <summary>Each code as a row: the images whose patches lie nearest to it, one patch an image, framed. A tokenizer without a distance shows its first patches.</summary>
    /// <param name="tokenizer">gives ids</param>
    /// <param name="set">the images that are searched</param>
    /// <param name="codes">to be shown; a code that no patch has is left out</param>
    /// <param name="members">images a code</param>
    public static Figure NearestPatches(Target tokenizer, ImageSet set, IReadOnlyList<int> codes, int members = 8)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var grid = tokenizer.Grid;
        var (ids, distances) = Everywhere(tokenizer, set);
        var rows = codes.Select(code => (Code: code, Places: Enumerable.Range(0, ids.Length).Where(i => ids[i] == code).OrderBy(i => distances[i])
            .DistinctBy(i => i / grid.Count).Take(members).ToList())).Where(row => row.Places.Count > 0).ToList();
        if (rows.Count == 0) throw new ArgumentException($"None of the codes {string.Join(", ", codes)} occurs in {set}.");
        return Images($"The patches nearest to {rows.Count} codes, in their images", [.. rows.Select(row => (IReadOnlyList<Tile>)[.. row.Places.Select(Framed)])], [.. rows.Select(row => $"{row.Code}")]);

        Tile Framed(int place)
        {
            var (image, patch, p) = (place / grid.Count, place % grid.Count, grid.PatchSize);
            return Picture(set, image).Frame(patch / grid.Columns * p, patch % grid.Columns * p, p, p, Math.Max(1, NearestSide / set.Width)) with
            {
                Hover = FormattableString.Invariant($"image {image}, {set.Classes[set.Labels[image]]}; distance {distances[place]:G3}"),
            };
        }
    }

    /// <summary>Where codes stand: a map of the grid for each, bright where the code is frequent, on its own scale.</summary>
    /// <param name="counts">tokens counted by position</param>
    /// <param name="grid">the patches</param>
    /// <param name="codes">to be shown</param>
    public static Figure PositionMaps(Metrics.TokenCounts counts, PatchGrid grid, IReadOnlyList<int> codes)
    {
        var maps = codes.Select(code =>
        {
            var share = Enumerable.Range(0, grid.Count).Select(position => (float)Total(counts[position, code]) / Math.Max(1, counts.Images)).ToArray();
            return Tile.Values(share, grid.Rows, grid.Columns, high: Math.Max(share.Max(), float.Epsilon)) with
            {
                Hover = FormattableString.Invariant($"code {code}: at most {share.Max():P1} of the images have it at one place"),
            };
        }).ToList();
        return Images("Where codes stand", [.. maps.Chunk(10)]);
    }

    /// <summary>
    /// What is left of images once every patch is its code: pixels where the tokenizer has a pixel decoder (clusters of pixels, a dVAE); else the features that
    /// codes stand for, their first three principal components as red, green and blue, beside the teacher's own in the same colours.
    /// </summary>
    /// <param name="tokenizer">clusters, VQ-KD or a dVAE</param>
    /// <param name="set">its first images are shown</param>
    /// <param name="teacher">of a VQ-KD tokenizer; null: decoded features alone</param>
    /// <param name="count">images</param>
    /// <exception cref="ArgumentException">The tokenizer has nothing that decodes.</exception>
    public static Figure Reconstruction(Target tokenizer, ImageSet set, Teacher? teacher = null, int count = 10)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (images, grid) = (First(set, count), tokenizer.Grid);
        var ids = tokenizer.Of(images).Values;
        switch (tokenizer)
        {
            case ClusterTarget { Clusters: { Space: null } clusters }: return Quantised(clusters, set, count);
            case ClusterTarget { Clusters: { Space: { } space } clusters }:
                return Features("features", space.Of(images).Values, clusters.Centres.index_select(0, ids.flatten()).reshape([.. ids.shape, -1]));
            case DvaeTarget dvae:
                return Images("Images, and what the decoder makes of their codes", [Tiles(images, set), [.. dvae.Decode(ids).permute(0, 2, 3, 1).unbind(0).Select(image => Tile.Values(image.contiguous().ToArray<float>(), set.Height, set.Width, set.Channels))]], ["image", "decoded"]);
            case VqKdTarget vq:
                return Features("teacher", teacher?.Patches(images, InputScale.Of(set.Manifest)), vq.Decode(ids));
            default: throw new ArgumentException($"{tokenizer} has no decoder; clusters, VQ-KD and a dVAE have.");
        }

        Figure Features(string name, Tensor? truth, Tensor decoded)
        {
            var colours = Components(truth ?? decoded);
            IReadOnlyList<Tile> Maps(Tensor vectors) => [.. colours(vectors).unbind(0).Select(rgb => Coloured(rgb.contiguous().ToArray<float>(), grid))];
            return Images("Images, and the features that their codes stand for",
                [Tiles(images, set), .. truth is null ? [] : new[] { Maps(truth) }, Maps(decoded)], ["image", .. truth is null ? Array.Empty<string>() : [name], "from codes"]);
        }
    }

    /// <summary>Codes in use while a codebook is trained, a curve an arm.</summary>
    /// <param name="curves">of <see cref="CodebookSurvival.Run(IReadOnlyList{SurvivalArm}, Teacher, ImageSet, int, int, ulong)"/></param>
    /// <param name="perplexity">show the perplexity instead</param>
    public static Figure Survival(IReadOnlyList<SurvivalCurve> curves, bool perplexity = false) =>
        Lines("What keeps a codebook alive", "step", perplexity ? "perplexity of the codes" : "codes in use",
            [.. curves.Select(curve => new Series(curve.Name, curve.Steps, perplexity ? curve.Perplexity : curve.Used))], [new("codebook", curves.Max(curve => curve.Codes))]);

    // [images · N] ids and distances; without a distance the order of the images
    private static (long[] Ids, float[] Distances) Everywhere(Target tokenizer, ImageSet set)
    {
        if (tokenizer is not ICodebook codebook)
        {
            using var tokens = Evaluation.Features.Tokens(images => tokenizer.Of(images).Values, tokenizer.Size, set);
            var flat = tokens.Ids.ToArray<long>();
            return (flat, [.. Enumerable.Range(0, flat.Length).Select(i => (float)i)]);
        }
        var (ids, distances) = (new List<long>(), new List<float>());
        foreach (var places in Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(500))
        {
            using var scope = NewDisposeScope();
            var (id, distance) = codebook.Nearest(Batch.Of(set, places).Images);
            ids.AddRange(id.ToArray<long>());
            distances.AddRange(distance.ToArray<float>());
        }
        return ([.. ids], [.. distances]);
    }

    // vectors [B, N, D] to [B, N, 3] on the scale 0 to 1, by the principal components and ranges of these
    private static Func<Tensor, Tensor> Components(Tensor fitted)
    {
        var x = fitted.flatten(0, 1).to(float64);
        var mean = x.mean([0L], keepdim: true);
        var directions = linalg.eigh((x - mean).t().matmul(x - mean)).Item2.flip(1).narrow(1, 0, Math.Min(3, x.size(1)));   // [D, 3]
        var own = (x - mean).matmul(directions);
        var (low, high) = (own.amin([0]), own.amax([0]));
        return vectors => (((vectors.to(float64) - mean).matmul(directions) - low) / (high - low).clamp(min: 1e-12)).clamp(0, 1).to(float32);
    }

    private static Tile Coloured(float[] rgb, PatchGrid grid)
    {
        var channels = rgb.Length / grid.Count;
        byte At(int patch, int channel) => (byte)(255 * rgb[patch * channels + Math.Min(channel, channels - 1)]);
        return Painted(grid, patch => (At(patch, 0), At(patch, 1), At(patch, 2)));
    }

    private static long Total(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts) sum += count;
        return sum;
    }
}
