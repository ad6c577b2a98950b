namespace MimKit.Charts;

/// <summary>One small image of a grid: a picture, a patch, a cluster's mean, a reconstruction.</summary>
public sealed record Tile
{
    private const int FrameWidth = 2;
    private static readonly byte[] FrameColour = [255, 176, 0];

    private readonly byte[] _pixels;   // [H, W, C]

    private Tile(byte[] pixels, int height, int width, int channels)
    {
        if (channels is not (1 or 3) || height < 1 || width < 1 || pixels.LongLength != (long)height * width * channels)
            throw new ArgumentException($"{pixels.LongLength:N0} values are not an image of {height} x {width} with {channels} channel(s); one or three channels are drawn.");
        (_pixels, Height, Width, Channels) = (pixels, height, width, channels);
    }

    public int Height { get; }
    public int Width { get; }
    public int Channels { get; }
    /// <summary>Shown when the pointer rests on the tile.</summary>
    public string Hover { get; init; } = "";
    /// <summary>Hidden patches, row-major over <see cref="HiddenRows"/> × <see cref="HiddenColumns"/>; they are drawn grey and hatched.</summary>
    public IReadOnlyList<bool>? Hidden { get; private init; }
    public int HiddenRows { get; private init; }
    public int HiddenColumns { get; private init; }

    /// <summary>Bytes in the order [channels, height, width], as a data set holds them.</summary>
    public static Tile Chw(ReadOnlySpan<byte> pixels, int height, int width, int channels = 1)
    {
        if (pixels.Length != (long)height * width * channels) return new(pixels.ToArray(), height, width, channels);   // refused there
        var turned = new byte[pixels.Length];
        for (var c = 0; c < channels; c++)
            for (var p = 0; p < height * width; p++) turned[p * channels + c] = pixels[c * height * width + p];
        return new(turned, height, width, channels);
    }

    /// <summary>Bytes in the order [height, width, channels].</summary>
    public static Tile Hwc(ReadOnlySpan<byte> pixels, int height, int width, int channels = 1) => new(pixels.ToArray(), height, width, channels);

    /// <summary>Numbers in the order [height, width, channels], as a patch is flattened; low is black, high white, beyond them clipped.</summary>
    public static Tile Values(ReadOnlySpan<float> values, int height, int width, int channels = 1, float low = 0, float high = 1)
    {
        var bytes = new byte[values.Length];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)Math.Round(255 * Math.Clamp((values[i] - low) / (high - low), 0f, 1f));
        return new(bytes, height, width, channels);
    }

    /// <summary>The same image with patches hidden.</summary>
    /// <param name="hidden">[rows · columns] true = hidden.</param>
    /// <param name="rows">Patch rows; must divide the height.</param>
    /// <param name="columns">Patch columns; must divide the width.</param>
    public Tile Mask(IReadOnlyList<bool> hidden, int rows, int columns)
    {
        if (rows < 1 || columns < 1 || hidden.Count != rows * columns || Height % rows != 0 || Width % columns != 0)
            throw new ArgumentException($"A mask of {rows} x {columns} with {hidden.Count} entries does not fit an image of {Height} x {Width}.");
        return this with { Hidden = hidden, HiddenRows = rows, HiddenColumns = columns };
    }

    /// <summary>The same image enlarged, with a coloured frame around a part of it.</summary>
    /// <param name="top">first row of the part, in pixels of this tile</param>
    /// <param name="left">first column</param>
    /// <param name="height">of the part</param>
    /// <param name="width">of the part</param>
    /// <param name="scale">screen pixels a pixel</param>
    public Tile Frame(int top, int left, int height, int width, int scale)
    {
        var (rows, columns) = (Height * scale, Width * scale);
        var (y0, y1, x0, x1) = (top * scale, (top + height) * scale - 1, left * scale, (left + width) * scale - 1);
        var pixels = new byte[rows * columns * 3];
        for (var y = 0; y < rows; y++)
            for (var x = 0; x < columns; x++)
            {
                var edge = y >= y0 && y <= y1 && x >= x0 && x <= x1 && (Math.Min(y - y0, y1 - y) < FrameWidth || Math.Min(x - x0, x1 - x) < FrameWidth);
                var source = Pixel(y / scale, x / scale);
                for (var c = 0; c < 3; c++) pixels[(y * columns + x) * 3 + c] = edge ? FrameColour[c] : source[Math.Min(c, Channels - 1)];
            }
        return new(pixels, rows, columns, 3) { Hover = Hover };
    }

    internal ReadOnlySpan<byte> Pixel(int row, int column) => _pixels.AsSpan((row * Width + column) * Channels, Channels);

    internal bool IsHidden(int row, int column) =>
        Hidden is not null && Hidden[row / (Height / HiddenRows) * HiddenColumns + column / (Width / HiddenColumns)];
}
