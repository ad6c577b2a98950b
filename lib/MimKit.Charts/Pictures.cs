using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit.Charts;

// Pictures of what masked image modelling works on: images, masks, clusters, reconstructions.
public static partial class Chart
{
    /// <summary>The first images of every class.</summary>
    /// <param name="set">the images</param>
    /// <param name="perClass">columns</param>
    public static Figure Classes(ImageSet set, int perClass = 8)
    {
        var rows = Enumerable.Range(0, set.ClassCount)
            .Select(label => (IReadOnlyList<Tile>)[.. Enumerable.Range(0, set.Count).Where(i => set.Labels[i] == label).Take(perClass).Select(i => Picture(set, i))]).ToList();
        return Images($"{set.Name}, {set.Split}", rows, set.Classes);
    }

    /// <summary>Each cluster as a column: its centre on top, then real patches that fall into it. The most used come first.</summary>
    /// <param name="clusters">the codebook</param>
    /// <param name="set">images the members are taken from, its first thousand</param>
    /// <param name="columns">clusters shown</param>
    /// <param name="members">patches a cluster</param>
    public static Figure ClusterMosaic(Clusters clusters, ImageSet set, int columns = 20, int members = 6)
    {
        using var scope = NewDisposeScope();
        var patches = clusters.Grid.Cut(First(set, 1000)).flatten(0, 1);          // [n, p · p · C]
        var ids = clusters.Assign(patches).ToArray<long>();
        var byCluster = ids.Select((id, place) => (id, place)).GroupBy(x => x.id).OrderByDescending(group => group.Count()).Take(columns).ToList();
        var spread = byCluster.Select(group => group.Select(x => x.place).Where((_, i) => i % Math.Max(1, group.Count() / members) == 0).Take(members).ToArray()).ToList();
        var centres = byCluster.Select((group, c) => PatchTile(clusters.Centres[group.Key], clusters.Grid, set) with
        {
            Hover = $"cluster {group.Key}: {100.0 * group.Count() / ids.Length:F1} % of the patches",
        });
        var rows = new List<IReadOnlyList<Tile>> { centres.ToArray() };
        for (var m = 0; m < members; m++)
            rows.Add([.. spread.Select(places => PatchTile(patches[places[Math.Min(m, places.Length - 1)]], clusters.Grid, set))]);
        return Images($"The {byCluster.Count} most used of {clusters.Count} clusters: centre (top row) and members", rows, ["centre", .. Enumerable.Repeat("", members)]);
    }

    /// <summary>Images, and the same with every patch replaced by its cluster's centre: what the codebook keeps.</summary>
    public static Figure Quantised(Clusters clusters, ImageSet set, int count = 10)
    {
        using var scope = NewDisposeScope();
        var images = First(set, count);
        var ids = clusters.Assign(clusters.Grid.Cut(images).flatten(0, 1));
        var rebuilt = clusters.Grid.Join(clusters.Centres.index_select(0, ids).reshape(count, clusters.Grid.Count, -1));
        return Images($"Images, and each patch replaced by the nearest of {clusters.Count} centres", [Tiles(images, set), Tiles(rebuilt, set)], ["image", "centres"]);
    }

    /// <summary>Images with their hidden patches hatched, one row a draw of the masking.</summary>
    public static Figure Masks(Masking masking, PatchGrid grid, ImageSet set, int draws = 3, int count = 10)
    {
        var rows = Enumerable.Range(0, draws).Select(draw =>
        {
            using var scope = NewDisposeScope();
            var hidden = masking.Draw(grid, new Draw(0, draw, [.. Enumerable.Range(0, count).Select(i => (long)i)])).Hidden.ToArray<bool>();
            return (IReadOnlyList<Tile>)[.. Enumerable.Range(0, count).Select(i => Picture(set, i).Mask(hidden[(i * grid.Count)..((i + 1) * grid.Count)], grid.Rows, grid.Columns))];
        }).ToList();
        return Images($"{masking}: the hatched patches are hidden", rows);
    }

    /// <summary>What a method makes of hidden patches: image, what it saw, and its prediction painted into the gaps.</summary>
    /// <param name="method">a method with one output</param>
    /// <param name="paint">
    /// head outputs [B, N, outputs] and the images' own patches [B, N, p · p · C], normalised, to patches of that shape: for clusters the centre of the
    /// most likely one, for standardised pixels their un-standardised values
    /// </param>
    /// <param name="set">the images</param>
    public static Figure Predictions(string title, Method method, Func<Tensor, Tensor, Tensor> paint, ImageSet set, int count = 10)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var grid = method.Predictor.Grid;
        var images = First(set, count);
        var mask = method.Masking.Draw(grid, new Draw(0, 0, [.. Enumerable.Range(0, count).Select(i => (long)i)]));
        var outputs = method.Predictor.Predict(images, mask)[Output.Mim].At(null).to(float32);
        var patches = grid.Cut(images);
        var painted = where(mask.Hidden.unsqueeze(-1), paint(outputs, patches), patches);
        var hidden = mask.Hidden.ToArray<bool>();
        var seen = Tiles(images, set).Select((tile, i) => tile.Mask(hidden[(i * grid.Count)..((i + 1) * grid.Count)], grid.Rows, grid.Columns)).ToList();
        return Images(title, [Tiles(images, set), seen, Tiles(grid.Join(painted), set)], ["image", "visible", "prediction"]);
    }

    /// <summary>Normalised images as they lie in tensors, a row each: what a cell has computed, beside what it started from.</summary>
    /// <param name="title">what is shown</param>
    /// <param name="set">whose mean and deviation the images were normalised with</param>
    /// <param name="rows">a name and images [B, C, H, W]</param>
    public static Figure Rows(string title, ImageSet set, params IReadOnlyList<(string Name, Tensor Images)> rows)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return Images(title, [.. rows.Select(row => Tiles(row.Images, set))], [.. rows.Select(row => row.Name)]);
    }

    private static Tile Picture(ImageSet set, int i) => Tile.Chw(set.Image(i), set.Height, set.Width, set.Channels);

    private static Tensor First(ImageSet set, int count) => Batch.Of(set, [.. Enumerable.Range(0, Math.Min(count, set.Count)).Select(i => (long)i)]).Images;

    // normalised images [B, C, H, W] back on the scale 0..1
    private static IReadOnlyList<Tile> Tiles(Tensor images, ImageSet set)
    {
        var pixels = Denormalised(images.permute(0, 2, 3, 1), set);               // [B, H, W, C]
        return [.. pixels.unbind(0).Select(image => Tile.Values(image.ToArray<float>(), set.Height, set.Width, set.Channels))];
    }

    internal static Tile PatchTile(Tensor patch, PatchGrid grid, ImageSet set) =>
        Tile.Values(Denormalised(patch.reshape(grid.PatchSize, grid.PatchSize, grid.Channels), set).ToArray<float>(), grid.PatchSize, grid.PatchSize, grid.Channels);

    // channels last
    private static Tensor Denormalised(Tensor values, ImageSet set) =>
        values * tensor([.. set.Manifest.Image.Std.Select(s => (float)s)]) + tensor([.. set.Manifest.Image.Mean.Select(m => (float)m)]);
}
