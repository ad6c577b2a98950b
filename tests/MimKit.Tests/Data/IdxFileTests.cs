using MimKit.Data;

namespace MimKit.Tests.Data;

public class IdxFileTests
{
    [Fact]
    public void Content_is_what_follows_the_header() =>
        Assert.Equal([1, 2, 3, 4, 5, 6], IdxFile.Content(TinyDataset.Idx([1, 2, 3, 4, 5, 6], 2, 3), "f", 2, 3).ToArray());

    [Fact]
    public void A_wrong_magic_is_refused()
    {
        var file = TinyDataset.Idx([1, 2], 2);
        file[2] = 9;
        Assert.Contains("0x00000901, expected 0x00000801", Message(file, 2));
    }

    [Fact] public void A_short_file_is_truncated() => Assert.Contains("has 9 bytes, its header promises 10: it is truncated", Message(TinyDataset.Idx([1], 2), 2));
    [Fact] public void A_long_file_is_refused() => Assert.Contains("too long", Message(TinyDataset.Idx([1, 2, 3], 2), 2));
    [Fact] public void A_file_shorter_than_its_header_is_refused() => Assert.Contains("header alone takes 8", Message([0, 0, 8, 1], 2));
    [Fact] public void A_wrong_dimension_is_refused() => Assert.Contains("dimension 0 is 2, the manifest expects 3", Message(TinyDataset.Idx([1, 2], 2), 3));

    private static string Message(byte[] file, int dimension) =>
        Assert.Throws<DataException>(() => { IdxFile.Content(file, "labels", dimension); }).Message;
}
