namespace MimKit.Data;

/// <summary>How pixels between pixels are made up; the numbers are lib/native's.</summary>
public enum Resampling { Nearest = 0, Box = 1, Bilinear = 2, Bicubic = 3, Lanczos = 4 }

/// <summary>Another size, another place: what moves pixels without changing them.</summary>
public static class PictureResize
{
    /// <summary>The picture at another size, antialiased where it shrinks: Pillow's <c>resize</c>, bit for bit.</summary>
    public static Picture Resize(this Picture source, int height, int width, Resampling resampling = Resampling.Bicubic) =>
        source.Resize(new CropBox(0, 0, source.Width, source.Height), height, width, resampling);

    /// <summary>A box of the picture at another size; pixels beside the box count where the filter reaches them, as with Pillow's <c>box</c>.</summary>
    public static Picture Resize(this Picture source, CropBox box, int height, int width, Resampling resampling = Resampling.Bicubic) =>
        Resize(source.Pixels, source.Height, source.Width, source.Width * source.Channels, source.Channels, (box.X, box.Y, box.X + box.Width, box.Y + box.Height), height, width, resampling);

    /// <summary>A box cut out.</summary>
    public static Picture Crop(this Picture source, CropBox box)
    {
        if (box.X < 0 || box.Y < 0 || box.X + box.Width > source.Width || box.Y + box.Height > source.Height)
            throw new ArgumentException($"{box} lies outside a {source}.");
        var (row, result) = (box.Width * source.Channels, new byte[box.Height * box.Width * source.Channels]);
        for (var y = 0; y < box.Height; y++)
            source.Pixels.AsSpan(((box.Y + y) * source.Width + box.X) * source.Channels, row).CopyTo(result.AsSpan(y * row));
        return new(result, box.Height, box.Width, source.Channels);
    }

    /// <summary>Left and right exchanged.</summary>
    public static Picture Mirror(this Picture source)
    {
        var (c, row, result) = (source.Channels, source.Width * source.Channels, new byte[source.Pixels.Length]);
        for (var y = 0; y < source.Height; y++)
        {
            var from = source.Pixels.AsSpan(y * row, row);
            var to = result.AsSpan(y * row, row);
            if (c == 3) for (int x = 0, m = row - 3; m >= 0; x += 3, m -= 3) (to[m], to[m + 1], to[m + 2]) = (from[x], from[x + 1], from[x + 2]);
            else for (var x = 0; x < source.Width; x++) from.Slice(x * c, c).CopyTo(to[(row - (x + 1) * c)..]);
        }
        return new(result, source.Height, source.Width, c);
    }

    /// <summary>Shorter side to <paramref name="side"/>, then the centred square: evaluation's view. torchvision's Resize and CenterCrop.</summary>
    public static Picture CentreCrop(this Picture source, int side, int crop, Resampling resampling = Resampling.Bicubic)
    {
        var (h, w) = source.Width <= source.Height ? ((int)((long)side * source.Height / source.Width), side) : (side, (int)((long)side * source.Width / source.Height));
        var resized = (h, w) == (source.Height, source.Width) ? source : source.Resize(h, w, resampling);
        return resized.Crop(new((int)Math.Round((w - crop) / 2.0), (int)Math.Round((h - crop) / 2.0), crop, crop));
    }

    internal static Picture Resize(ReadOnlySpan<byte> pixels, int height, int width, int stride, int channels, (double Left, double Top, double Right, double Bottom) box, int newHeight, int newWidth, Resampling resampling)
    {
        var result = new byte[newHeight * newWidth * channels];
        ResizeTo(result, pixels, height, width, stride, channels, box, newHeight, newWidth, resampling);
        return new(result, newHeight, newWidth, channels);
    }

    /// <summary>Into memory that is there: [newHeight, newWidth, channels].</summary>
    internal static unsafe void ResizeTo(Span<byte> target, ReadOnlySpan<byte> pixels, int height, int width, int stride, int channels, (double Left, double Top, double Right, double Bottom) box, int newHeight, int newWidth, Resampling resampling)
    {
        var edges = stackalloc double[] { box.Left, box.Top, box.Right, box.Bottom };
        fixed (byte* from = pixels, to = target[..(newHeight * newWidth * channels)])
            if (NativeImages.mi_resize(from, width, height, stride, channels, edges, to, newWidth, newHeight, (int)resampling) < 0) throw new ArgumentException(NativeImages.Error);
    }
}
