using System.Text.Json.Nodes;
using MimKit.Data;

namespace MimKit.Charts;

/// <summary>Small pictures of many images as one PNG, for a page to cut tiles from.</summary>
internal sealed class PictureAtlas
{
    private const int Side = 32;
    private readonly Dictionary<int, int> _places;
    private readonly byte[] _png;
    private readonly int _height, _width, _columns;

    private PictureAtlas(Dictionary<int, int> places, byte[] png, int height, int width, int columns) => (_places, _png, _height, _width, _columns) = (places, png, height, width, columns);

    public int Count => _places.Count;

    /// <summary>The tile of an image, row-major from 0; −1: it has none.</summary>
    public int PlaceOf(int image) => _places.GetValueOrDefault(image, -1);

    /// <summary>Height and width of an image's tile: the image made smaller by a whole factor until it is at most so long.</summary>
    public static (int Height, int Width) SizeOf(ImageSet set)
    {
        var factor = Factor(set);
        return (set.Height / factor, set.Width / factor);
    }

    /// <summary>An atlas of the given images, in rows of about the width of its height.</summary>
    public static PictureAtlas Of(ImageSet set, IReadOnlyList<int> images)
    {
        var (height, width) = SizeOf(set);
        var columns = (int)Math.Ceiling(Math.Sqrt(images.Count));
        var rows = (images.Count + columns - 1) / columns;
        var pixels = new byte[rows * height * columns * width * set.Channels];
        for (var i = 0; i < images.Count; i++) Draw(set, images[i], pixels, i / columns * height, i % columns * width, columns * width);
        return new(images.Select((image, place) => (image, place)).ToDictionary(), Png.Encode(pixels, columns * width, rows * height, set.Channels), height, width, columns);
    }

    /// <summary>What the page's script reads: source, tile size, columns, and the longer side of a tile on the screen.</summary>
    public JsonObject Json(int onScreen) => new()
    {
        ["source"] = "data:image/png;base64," + Convert.ToBase64String(_png), ["width"] = _width, ["height"] = _height, ["columns"] = _columns, ["rows"] = (Count + _columns - 1) / _columns,
        ["zoom"] = Math.Max(1, onScreen / Math.Max(_width, _height)),
    };

    private static int Factor(ImageSet set) => (Math.Max(set.Height, set.Width) + Side - 1) / Side;

    // the mean of factor x factor pixels
    private static void Draw(ImageSet set, int image, byte[] pixels, int top, int left, int stride)
    {
        var (factor, (height, width)) = (Factor(set), SizeOf(set));
        var source = set.Image(image);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                for (var c = 0; c < set.Channels; c++)
                {
                    var sum = 0;
                    for (var dy = 0; dy < factor; dy++)
                        for (var dx = 0; dx < factor; dx++) sum += source[(c * set.Height + y * factor + dy) * set.Width + x * factor + dx];
                    pixels[((top + y) * stride + left + x) * set.Channels + c] = (byte)(sum / (factor * factor));
                }
    }
}
