namespace MimKit.Data;

/// <summary>uint8 pixels to float planes: (x / 255 − mean) / std, a channel at a time.</summary>
internal sealed class Normalisation(ImageFormat image)
{
    private readonly float[] _scale = [.. image.Std.Select(std => (float)(1 / (255 * std)))];
    private readonly float[] _shift = [.. image.Mean.Zip(image.Std, (mean, std) => (float)(-mean / std))];

    /// <param name="planes">[C, H, W]</param>
    public void ToPlanes(Picture picture, Span<float> planes) => ToPlanes(picture.Pixels, picture.Height, picture.Width, picture.Channels, mirror: false, planes);

    /// <param name="pixels">[H, W, C]</param>
    /// <param name="mirror">left and right exchanged</param>
    /// <param name="planes">[C, H, W]</param>
    public unsafe void ToPlanes(ReadOnlySpan<byte> pixels, int height, int width, int channels, bool mirror, Span<float> planes)
    {
        if (channels != _scale.Length || planes.Length != pixels.Length || pixels.Length != height * width * channels)
            throw new ArgumentException($"A picture of {height} x {width} with {channels} channels has no {planes.Length} values in {_scale.Length} channels.");
        fixed (byte* from = pixels)
        fixed (float* to = planes, scale = _scale, shift = _shift)
            NativeImages.mi_to_planes(from, width, height, channels, scale, shift, mirror ? 1 : 0, to);
    }
}
