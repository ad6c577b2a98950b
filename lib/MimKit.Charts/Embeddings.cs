using System.Text.Json.Nodes;
using MimKit.Data;
using MimKit.Evaluation;

namespace MimKit.Charts;

// Maps of images in the plane.
public static partial class Chart
{
    private const int MostClassesNamed = 14, MostPictureBytes = 4 << 20, PictureOnScreen = 112;

    /// <summary>A map of images, coloured by class; the pointer shows the image itself. Pictures lie in the figure, so nothing is fetched.</summary>
    /// <param name="map">t-SNE, UMAP or PCA of features of <paramref name="set"/>, in its order</param>
    /// <param name="set">the images; only as many as the map has points are read</param>
    /// <param name="points">drawn at most, at even distances</param>
    public static Figure Embedding(EmbeddingMap map, ImageSet set, int points = 4000)
    {
        if (map.Count > set.Count) throw new ArgumentException($"The map has {map.Count:N0} points, {set} has fewer images. Give the set whose features were embedded.");
        if (points < 1) throw new ArgumentException($"{points} points cannot be drawn; take at least 1.");
        var (shown, atlas) = (EvenlyOf(map.Count, points), PictureAtlas.Of(set, EvenlyOf(map.Count, Math.Min(points, MostPictures(set)))));
        var classes = shown.Select(i => set.Labels[i]).Distinct().Order().ToList();
        var data = new JsonArray([.. classes.Select((label, place) => ClassCloud(map, set, [.. shown.Where(i => set.Labels[i] == label)], label, place, atlas))]);
        var layout = Theme.Layout($"{map.Method} of {map.Source}", Theme.Axis(""), Theme.Axis(""), legend: classes.Count is > 1 and <= MostClassesNamed, plotHeight: 480);
        foreach (var axis in new[] { "xaxis", "yaxis" }) (layout[axis]!["showticklabels"], layout[axis]!["showgrid"]) = (false, false);      // a map has no unit
        layout["margin"]!["l"] = 16;
        layout["yaxis"]!["scaleanchor"] = "x";
        layout["meta"] = new JsonObject { ["pictures"] = atlas.Json(PictureOnScreen) };
        return new(data, layout, $"{map}: {shown.Count:N0} shown, {classes.Count} classes; the image under the pointer for {atlas.Count:N0} of them");
    }

    private static JsonObject ClassCloud(EmbeddingMap map, ImageSet set, List<int> members, int label, int place, PictureAtlas atlas) => new()
    {
        ["type"] = "scatter", ["mode"] = "markers", ["name"] = Text.Escape(set.Classes[label]),
        ["x"] = Json.Of(members.Select(i => Math.Round((double)map.X[i], 3))),
        ["y"] = Json.Of(members.Select(i => Math.Round((double)map.Y[i], 3))),
        ["marker"] = new JsonObject
        {
            ["color"] = Theme.Colour(place), ["symbol"] = Symbols[place / Theme.Palette.Length % Symbols.Length], ["size"] = members.Count > 100 ? 5 : 8, ["opacity"] = 0.75,
        },
        ["customdata"] = new JsonArray([.. members.Select(i => (JsonNode)new JsonArray(i, atlas.PlaceOf(i)))]),      // the image's number, and its tile
        ["hovertemplate"] = $"{Text.Escape(set.Classes[label])}, image %{{customdata[0]}}<extra></extra>",
    };

    private static int MostPictures(ImageSet set)
    {
        var (height, width) = PictureAtlas.SizeOf(set);
        return Math.Max(1, MostPictureBytes / (height * width * set.Channels));
    }

    private static List<int> EvenlyOf(int count, int most) => count <= most ? [.. Enumerable.Range(0, count)] : [.. Enumerable.Range(0, most).Select(i => (int)((long)i * count / most))];
}
