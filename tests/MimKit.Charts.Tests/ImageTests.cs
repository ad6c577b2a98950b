using System.Buffers.Binary;
using System.IO.Compression;
using MimKit.Charts;

namespace MimKit.Charts.Tests;

public class ImageTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 4)]
    [InlineData(3, 2)]
    [InlineData(4, 6)]
    public void A_png_holds_the_pixels_it_was_given(int channels, byte colourType)
    {
        byte[] pixels = [.. Enumerable.Range(0, 5 * 3 * channels).Select(i => (byte)(i * 7))];
        var file = Png.Encode(pixels, 5, 3, channels);
        Assert.Equal(colourType, file[25]);
        var (width, height, decoded) = Decode(file, channels);
        Assert.Equal((5, 3), (width, height));
        Assert.Equal(pixels, decoded);
    }

    [Fact]
    public void The_end_chunk_has_the_checksum_of_the_standard() =>
        Assert.Equal([0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82], Png.Encode([0], 1, 1, 1)[^12..]);

    [Fact]
    public void A_png_of_the_wrong_size_is_refused() =>
        Assert.Contains("5 bytes are not an image of 2 x 2", Assert.Throws<ArgumentException>(() => Png.Encode(new byte[5], 2, 2, 1)).Message);

    [Fact]
    public void Pixels_are_enlarged_to_squares_with_transparent_gaps()
    {
        var figure = Chart.Images("t", [[Tile.Chw([10, 20], 1, 2), Tile.Chw([30, 40], 1, 2)]], scale: 3);
        var (width, height, pixels) = Decode((byte[])figure.MimeBundle()["image/png"], 4);
        Assert.Equal((16, 3), (width, height));                                              // 6 + 4 + 6
        byte[] row = [10, 10, 10, 20, 20, 20, 0, 0, 0, 0, 30, 30, 30, 40, 40, 40];
        for (var y = 0; y < 3; y++)
            for (var x = 0; x < 16; x++)
                Assert.Equal((row[x], x is >= 6 and < 10 ? 0 : 255), (pixels[(y * 16 + x) * 4], pixels[(y * 16 + x) * 4 + 3]));
    }

    [Fact]
    public void Colour_planes_become_colour_pixels_and_values_are_clipped()
    {
        var (_, _, planes) = Decode((byte[])Chart.Images("t", [[Tile.Chw([1, 2, 3], 1, 1, channels: 3)]], scale: 1).MimeBundle()["image/png"], 4);
        Assert.Equal([1, 2, 3, 255], planes);
        var (_, _, values) = Decode((byte[])Chart.Images("t", [[Tile.Values([-1, 0.5f, 2], 1, 3)]], scale: 1).MimeBundle()["image/png"], 4);
        Assert.Equal([0, 128, 255], values.Chunk(4).Select(pixel => (int)pixel[0]));
    }

    [Fact]
    public void Hidden_patches_are_hatched_grey_and_visible_ones_untouched()
    {
        var tile = Tile.Chw([200, 200, 200, 200], 2, 2).Mask([true, false], rows: 1, columns: 2);
        var (_, _, pixels) = Decode((byte[])Chart.Images("t", [[tile]], scale: 4).MimeBundle()["image/png"], 4);
        var reds = pixels.Chunk(4).Select(pixel => (int)pixel[0]).ToArray();
        Assert.All(reds.Where((_, i) => i % 8 < 4), grey => Assert.Contains(grey, new[] { 124, 158 }));
        Assert.All(reds.Where((_, i) => i % 8 >= 4), grey => Assert.Equal(200, grey));
    }

    [Fact]
    public void Names_and_hover_texts_stand_at_their_tiles()
    {
        var figure = Chart.Images("t", [[Tile.Chw([1], 1, 1) with { Hover = "first" }], [Tile.Chw([2], 1, 1)]], ["a", "b"], ["c"], scale: 10).Json();
        Assert.Equal("[5,19]", figure["layout"]!["yaxis"]!["tickvals"]!.ToJsonString());
        Assert.Equal("first", (string)figure["data"]![1]!["text"]![0]!);
        Assert.Equal("image", (string)figure["data"]![0]!["type"]!);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var tile = Tile.Chw([1], 1, 1);
        Assert.Contains("at least one tile", Assert.Throws<ArgumentException>(() => Chart.Images("t", [[]])).Message);
        Assert.Contains("one size", Assert.Throws<ArgumentException>(() => Chart.Images("t", [[tile, Tile.Chw([1, 2], 1, 2)]])).Message);
        Assert.Contains("2 row names", Assert.Throws<ArgumentException>(() => Chart.Images("t", [[tile], [tile]], ["a"])).Message);
        Assert.Contains("2 channel(s)", Assert.Throws<ArgumentException>(() => Tile.Chw([1, 2], 1, 1, 2)).Message);
        Assert.Contains("does not fit an image of 1 x 1", Assert.Throws<ArgumentException>(() => tile.Mask([true, false], 1, 2)).Message);
    }

    [Fact]
    public void A_gallery_breaks_its_tiles_into_lines()
    {
        var tiles = Enumerable.Range(0, 5).Select(i => Tile.Chw([(byte)i], 1, 1)).ToList();
        Assert.Contains("3 x 2 images of 1 x 1 pixels", Chart.Images("t", tiles, columns: 2).Summary);
    }

    internal static (int Width, int Height, byte[] Pixels) Decode(byte[] png, int channels)
    {
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var content = new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress);
        var rows = new MemoryStream();
        content.CopyTo(rows);
        return (width, height, [.. rows.ToArray().Chunk(width * channels + 1).SelectMany(row => { Assert.Equal(0, row[0]); return row[1..]; })]);
    }
}
