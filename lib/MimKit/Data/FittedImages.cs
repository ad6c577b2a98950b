namespace MimKit.Data;

/// <summary>Images of one data set as a model that was made on another takes them.</summary>
public static class FittedImages
{
    /// <summary>Every picture at another size, grey or three channels, to be normalised as <paramref name="format"/> says; labels stay.</summary>
    /// <param name="set">The images.</param>
    /// <param name="format">Of the model's own data.</param>
    public static ImageSet As(this ImageSet set, ImageFormat format)
    {
        if (format == set.Manifest.Image) return set;
        var pixels = new byte[(long)set.Count * format.Channels * format.Height * format.Width];
        var each = pixels.Length / set.Count;
        Parallel.For(0, set.Count, i =>
        {
            var picture = Picture.FromPlanes(set.Image(i), set.Height, set.Width, set.Channels);
            if ((picture.Height, picture.Width) != (format.Height, format.Width)) picture = picture.Resize(format.Height, format.Width);
            WithChannels(picture, format.Channels).ToPlanes(pixels.AsSpan(i * each, each));
        });
        return new(set.Manifest with { Image = format }, set.Split, pixels, set.Labellings);
    }

    /// <summary>Three splits, each <see cref="As(ImageSet, ImageFormat)"/>.</summary>
    public static DataSplits As(this DataSplits data, ImageFormat format) => new(data.Train.As(format), data.Val.As(format), data.Test.As(format));

    // grey by ITU-R 601's weights, as Pillow's "L"; grey to three by repeating
    private static Picture WithChannels(Picture picture, int channels)
    {
        if (picture.Channels == channels) return picture;
        var area = picture.Height * picture.Width;
        var pixels = new byte[area * channels];
        for (var p = 0; p < area; p++)
            if (channels == 3) pixels.AsSpan(3 * p, 3).Fill(picture.Pixels[p]);
            else pixels[p] = (byte)((picture.Pixels[3 * p] * 19595 + picture.Pixels[3 * p + 1] * 38470 + picture.Pixels[3 * p + 2] * 7471 + 0x8000) >> 16);
        return new(pixels, picture.Height, picture.Width, channels);
    }
}
