namespace MimKit.Data;

/// <summary>Pixels to JPEG (libjpeg-turbo, 4:2:0), for derived data sets and the corruption of that name.</summary>
public static class JpegEncoder
{
    /// <param name="quality">1 … 100</param>
    public static unsafe byte[] Encode(Picture picture, int quality)
    {
        if (quality is < 1 or > 100) throw new ArgumentOutOfRangeException(nameof(quality), $"A JPEG's quality is 1 to 100, asked for {quality}.");
        byte* bytes;
        long count;
        fixed (byte* pixels = picture.Pixels)
            if (NativeImages.mi_encode_jpeg(pixels, picture.Width, picture.Height, picture.Channels, quality, &bytes, &count) < 0) throw new DataException($"A {picture} cannot be encoded: {NativeImages.Error}");
        try
        {
            return new ReadOnlySpan<byte>(bytes, checked((int)count)).ToArray();
        }
        finally
        {
            NativeImages.mi_free(bytes);
        }
    }
}
