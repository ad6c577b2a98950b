using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests;

public class DisplayTests
{
    [Theory]
    [InlineData("<table>", new long[] { 3, 4 })]
    [InlineData("<table>", new long[] { 5 })]
    [InlineData("data:image/bmp", new long[] { 40, 40 })]
    [InlineData("data:image/bmp", new long[] { 3, 32, 32 })]
    [InlineData("data:image/bmp", new long[] { 2, 1, 28, 28 })]
    public void A_tensor_shows_itself_by_its_shape(string part, long[] shape)
    {
        var bundle = rand(shape).MimeBundle();
        Assert.StartsWith("tensor(", (string)bundle["text/plain"]);
        Assert.Contains(part, (string)bundle["text/html"]);
    }

    [Fact]
    public void What_is_no_table_map_or_image_is_text_alone()
    {
        Assert.Equal(["text/plain"], rand(2, 3, 4, 5, 6).MimeBundle().Keys);
        Assert.Equal(["text/plain"], zeros(0, 3).MimeBundle().Keys);
        var disposed = ones(2);
        disposed.Dispose();
        Assert.Equal("[disposed]", disposed.MimeBundle()["text/plain"]);
    }

    [Fact]
    public void A_picture_has_its_pixels_where_the_values_are()
    {
        var x = zeros(3, 4, 5);
        x[0, 0, 0] = tensor(1f);                                       // red, top left
        var html = (string)x.MimeBundle()["text/html"];
        var bytes = Convert.FromBase64String(html.Split("base64,")[1].Split('"')[0]);
        Assert.Equal((5, 4), (BitConverter.ToInt32(bytes, 18), BitConverter.ToInt32(bytes, 22)));
        var at = 54 + 3 * 16;                                          // bottom row first, rows of 15 bytes padded to 16
        Assert.Equal([0, 0, 255, 0], bytes[at..(at + 4)]);
    }

    [Fact]
    public void A_small_table_holds_every_value()
    {
        var html = (string)tensor(new[] { 1.5f, -2, 3, 4 }, [2, 2]).MimeBundle()["text/html"];
        Assert.Contains("<tr><td>1.5</td><td>-2</td></tr><tr><td>3</td><td>4</td></tr>", html);
        Assert.Contains("from -2 to 4", html);
    }
}
