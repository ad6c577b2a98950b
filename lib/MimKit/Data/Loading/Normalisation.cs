namespace MimKit.Data;

/// <summary>uint8 pixels to float planes: (x / 255 − mean) / std, a channel at a time.</summary>
internal sealed class Normalisation(ImageFormat image)
{
    private readonly float[] _scale = [.. image.Std.Select(std => (float)(1 / (255 * std)))];
    private readonly float[] _shift = [.. image.Mean.Zip(image.Std, (mean, std) => (float)(-mean / std))];

    /// <param name="planes">[C, H, W]</param>
    public unsafe void ToPlanes(Picture picture, Span<float> planes)
    {
        if (picture.Channels != _scale.Length || planes.Length != picture.Pixels.Length) throw new ArgumentException($"A {picture} has no {planes.Length} values in {_scale.Length} channels.");
        fixed (byte* from = picture.Pixels)
        fixed (float* to = planes, scale = _scale, shift = _shift)
            NativeImages.mi_to_planes(from, picture.Width, picture.Height, picture.Channels, scale, shift, 0, to);
    }
}
