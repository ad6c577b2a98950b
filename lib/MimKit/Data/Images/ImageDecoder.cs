namespace MimKit.Data;

/// <summary>What an image file declares, read from its first bytes; width and height after EXIF orientation.</summary>
/// <param name="Channels">1 grey, 3 colour; transparency is not counted</param>
/// <param name="Orientation">1 … 8 as EXIF numbers them; 1 is upright</param>
public readonly record struct ImageHeader(int Width, int Height, int Channels, int Orientation);

/// <summary>
/// Encoded bytes to pixels: JPEG through libjpeg-turbo; PNG, WebP, TIFF and the first frame of a GIF through libvips. EXIF orientation
/// is applied, CMYK and 16-bit values become 8-bit RGB or grey, palettes are looked up, transparent pixels are laid on a background.
/// Safe for any bytes: what cannot be read is a <see cref="DataException"/> that names the file. May be called from many threads at once.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Files that declare more pixels are refused before memory is taken: 50 million are 150 MB.</summary>
    public const long MostPixels = 50_000_000;

    /// <summary>White, which transparent pixels are laid on where nothing else is said: 0xRRGGBB.</summary>
    public const int White = 0xFFFFFF;

    /// <summary>Size and kind without decoding.</summary>
    /// <param name="name">names the file in messages</param>
    /// <exception cref="DataException">The bytes are no image.</exception>
    public static unsafe ImageHeader ReadHeader(ReadOnlySpan<byte> bytes, string name)
    {
        NativeImages.Header header;
        fixed (byte* p = bytes)
            if (NativeImages.mi_read_header(p, bytes.Length, &header) < 0) throw Unreadable(name);
        return new(header.Width, header.Height, header.Channels, header.Orientation);
    }

    /// <summary>All pixels of an image.</summary>
    /// <param name="name">names the file in messages</param>
    /// <param name="channels">1 or 3</param>
    /// <param name="background">0xRRGGBB under transparent pixels</param>
    /// <exception cref="DataException">The bytes are no image, damaged, or declare too many pixels.</exception>
    public static Picture Decode(ReadOnlySpan<byte> bytes, string name, int channels = 3, int background = White)
    {
        using var part = DecodePart(bytes, name, channels, default, default, background);
        return new(part.Pixels.ToArray(), part.Height, part.Width, part.Channels);
    }

    /// <summary>The pixels of a box, and what lies beside it where that comes for free; smaller by 2, 4 or 8 where the box keeps a wanted size.</summary>
    /// <param name="box">x, y, width, height in whole pixels; a width of 0: all of the image</param>
    /// <param name="least">the size that the box keeps when a JPEG is shrunk while decoding; 0: not shrunk</param>
    internal static unsafe DecodedPart DecodePart(ReadOnlySpan<byte> bytes, string name, int channels, (int X, int Y, int Width, int Height) box, (int Width, int Height) least,
                                                  int background = White)
    {
        var wish = new NativeImages.Wish
        {
            MostPixels = MostPixels, Channels = channels, Background = background, BoxX = box.X, BoxY = box.Y, BoxWidth = box.Width, BoxHeight = box.Height,
            LeastWidth = least.Width, LeastHeight = least.Height,
        };
        NativeImages.Decoded decoded;
        fixed (byte* p = bytes)
            if (NativeImages.mi_decode(p, bytes.Length, &wish, &decoded) < 0) throw Unreadable(name);
        return new(decoded);
    }

    private static DataException Unreadable(string name) => new($"{name} {NativeImages.Error}.");
}

/// <summary>Pixels that the native layer owns until this is disposed.</summary>
internal sealed unsafe class DecodedPart(NativeImages.Decoded decoded) : IDisposable
{
    private NativeImages.Decoded _decoded = decoded;

    public int Width => _decoded.Width;
    public int Height => _decoded.Height;
    public int Channels => _decoded.Channels;
    /// <summary>How much smaller than the file's the pixels are: 1, 2, 4 or 8.</summary>
    public int Shrunk => _decoded.Shrunk;
    /// <summary>[H, W, C].</summary>
    public ReadOnlySpan<byte> Pixels => new(_decoded.Data, Width * Height * Channels);
    /// <summary>Where the box that was asked for lies in these pixels.</summary>
    public (double Left, double Top, double Right, double Bottom) Box => (_decoded.Left, _decoded.Top, _decoded.Right, _decoded.Bottom);

    public void Dispose()
    {
        NativeImages.mi_free(_decoded.Data);
        _decoded.Data = null;
    }
}
