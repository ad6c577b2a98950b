using System.Text.Json.Nodes;

namespace MimKit.Charts;

public static partial class Chart
{
    private const int Gap = 4, GridWidth = 720;

    /// <summary>Images in rows, drawn as one picture and enlarged by a whole factor, so that each pixel stays a square.</summary>
    /// <param name="title">What the grid shows.</param>
    /// <param name="rows">The tiles; all of one size, rows may be of different length.</param>
    /// <param name="rowNames">Left of the rows.</param>
    /// <param name="columnNames">Above the columns.</param>
    /// <param name="scale">Screen pixels a pixel; chosen for a width of about 720 if null.</param>
    /// <exception cref="ArgumentException">No tile, tiles of different sizes, or names that do not fit.</exception>
    public static Figure Images(string title, IReadOnlyList<IReadOnlyList<Tile>> rows, IReadOnlyList<string>? rowNames = null, IReadOnlyList<string>? columnNames = null, int? scale = null)
    {
        if (rows.All(row => row.Count == 0)) throw new ArgumentException("An image grid needs at least one tile.");
        var (columns, first) = (rows.Max(row => row.Count), rows.First(row => row.Count > 0)[0]);
        if (rows.SelectMany(row => row).FirstOrDefault(tile => (tile.Height, tile.Width) != (first.Height, first.Width)) is { } odd)
            throw new ArgumentException($"Tiles must be of one size; found {first.Height} x {first.Width} and {odd.Height} x {odd.Width}.");
        if ((rowNames?.Count ?? rows.Count) != rows.Count || (columnNames?.Count ?? columns) != columns)
            throw new ArgumentException($"A grid of {rows.Count} x {columns} needs {rows.Count} row names and {columns} column names, found {rowNames?.Count ?? rows.Count} and {columnNames?.Count ?? columns}.");

        var zoom = scale ?? Math.Clamp((GridWidth / columns - Gap) / first.Width, 1, 12);
        var (stepX, stepY) = (first.Width * zoom + Gap, first.Height * zoom + Gap);
        var (width, height) = (columns * stepX - Gap, rows.Count * stepY - Gap);
        var png = Compose(rows, zoom, width, height);

        var data = new JsonArray(new JsonObject { ["type"] = "image", ["source"] = "data:image/png;base64," + Convert.ToBase64String(png), ["hoverinfo"] = "skip" });
        if (rows.Any(row => row.Any(tile => tile.Hover.Length > 0))) data.Add(HoverTargets(rows, stepX, stepY));
        var across = PictureAxis(width, columnNames, stepX);
        across["side"] = "top";
        across["constraintoward"] = "left";
        var down = PictureAxis(height, rowNames, stepY);
        down["range"] = Json.Of([height - 0.5, -0.5]);
        down["scaleanchor"] = "x";
        down["constraintoward"] = "top";
        var layout = Theme.Layout(title, across, down, legend: false, height + (columnNames is null ? 0 : 24) - Theme.AxisHeight + 12);
        layout["margin"]!["b"] = 12;
        layout["margin"]!["l"] = 4;
        if (columnNames is not null) layout["margin"]!["t"] = Theme.TitleHeight + 24;
        var names = rowNames ?? columnNames ?? [];
        return new(data, layout, $"{title}: {rows.Count} x {columns} images of {first.Width} x {first.Height} pixels{(names.Count > 0 ? ": " : "")}{string.Join(", ", names)}", png);
    }

    /// <summary>One row of images in lines of a given length: a plain gallery.</summary>
    public static Figure Images(string title, IReadOnlyList<Tile> tiles, int columns, int? scale = null) =>
        Images(title, [.. tiles.Chunk(columns)], scale: scale);

    private static JsonObject PictureAxis(int pixels, IReadOnlyList<string>? names, int step)
    {
        var axis = new JsonObject
        {
            ["range"] = Json.Of([-0.5, pixels - 0.5]), ["showgrid"] = false, ["zeroline"] = false, ["ticks"] = "", ["ticklabelstandoff"] = 5, ["constrain"] = "domain",
            ["fixedrange"] = true, ["automargin"] = true, ["showticklabels"] = names is not null,
        };
        if (names is null) return axis;
        axis["tickvals"] = Json.Of(names.Select((_, i) => i * step + (step - Gap) / 2.0));
        axis["ticktext"] = Json.Of(names.Select(Text.Escape));
        axis["tickangle"] = 0;
        return axis;
    }

    private static JsonObject HoverTargets(IReadOnlyList<IReadOnlyList<Tile>> rows, int stepX, int stepY)
    {
        var tiles = rows.SelectMany((row, r) => row.Select((tile, c) => (tile.Hover, X: (c + 0.5) * stepX, Y: (r + 0.5) * stepY))).ToList();
        return new JsonObject
        {
            ["type"] = "scatter", ["mode"] = "markers", ["x"] = Json.Of(tiles.Select(tile => tile.X)), ["y"] = Json.Of(tiles.Select(tile => tile.Y)),
            ["text"] = Json.Of(tiles.Select(tile => Text.Escape(tile.Hover))), ["hovertemplate"] = "%{text}<extra></extra>", ["showlegend"] = false,
            ["marker"] = new JsonObject { ["size"] = Math.Min(stepX, stepY), ["symbol"] = "square", ["opacity"] = 0 },
        };
    }

    /// <summary>The picture as RGBA: gaps and missing tiles are transparent, so that it stands on any background.</summary>
    private static byte[] Compose(IReadOnlyList<IReadOnlyList<Tile>> rows, int zoom, int width, int height)
    {
        var picture = new byte[(long)width * height * 4];
        for (var r = 0; r < rows.Count; r++)
            for (var c = 0; c < rows[r].Count; c++)
            {
                var tile = rows[r][c];
                var (top, left) = (r * (tile.Height * zoom + Gap), c * (tile.Width * zoom + Gap));
                for (var y = 0; y < tile.Height * zoom; y++)
                    for (var x = 0; x < tile.Width * zoom; x++)
                    {
                        var to = picture.AsSpan(((top + y) * width + left + x) * 4, 4);
                        if (tile.IsHidden(y / zoom, x / zoom)) Hatch(to, x + y);
                        else Paint(to, tile.Pixel(y / zoom, x / zoom));
                    }
            }
        return Png.Encode(picture, width, height, 4);
    }

    private static void Paint(Span<byte> to, ReadOnlySpan<byte> pixel)
    {
        (to[0], to[1], to[2], to[3]) = pixel.Length == 1 ? (pixel[0], pixel[0], pixel[0], (byte)255) : (pixel[0], pixel[1], pixel[2], (byte)255);
    }

    private static void Hatch(Span<byte> to, int diagonal)
    {
        to[..3].Fill(diagonal % 8 < 2 ? (byte)158 : (byte)124);   // grey that is neither of an image's usual black nor white, with diagonal lines
        to[3] = 255;
    }
}
