namespace MimKit.Data;

/// <summary>A decoded image: uint8, [height, width, channels], one channel (grey) or three (RGB).</summary>
public sealed class Picture
{
    /// <param name="pixels">[H, W, C] uint8, row-major; kept, not copied</param>
    /// <exception cref="ArgumentException">The number of bytes is not H · W · C, or C is neither 1 nor 3.</exception>
    public Picture(byte[] pixels, int height, int width, int channels)
    {
        if (channels is not (1 or 3) || height < 1 || width < 1 || pixels.LongLength != (long)height * width * channels)
            throw new ArgumentException($"{pixels.LongLength:N0} bytes are no picture of {height} x {width} with {channels} channel(s).");
        (Pixels, Height, Width, Channels) = (pixels, height, width, channels);
    }

    /// <summary>[H, W, C].</summary>
    public byte[] Pixels { get; }
    public int Height { get; }
    public int Width { get; }
    public int Channels { get; }

    /// <summary>A picture from planes [C, H, W], as an <see cref="ImageSet"/> holds them.</summary>
    public static Picture FromPlanes(ReadOnlySpan<byte> planes, int height, int width, int channels)
    {
        var pixels = new byte[planes.Length];
        for (var c = 0; c < channels; c++)
            for (var p = 0; p < height * width; p++) pixels[p * channels + c] = planes[c * height * width + p];
        return new(pixels, height, width, channels);
    }

    /// <summary>Writes the picture as planes [C, H, W].</summary>
    public void ToPlanes(Span<byte> planes)
    {
        var area = Height * Width;
        for (var c = 0; c < Channels; c++)
            for (var p = 0; p < area; p++) planes[c * area + p] = Pixels[p * Channels + c];
    }

    public override string ToString() => $"picture of {Height} x {Width}, {(Channels == 1 ? "grey" : "RGB")}";
}
