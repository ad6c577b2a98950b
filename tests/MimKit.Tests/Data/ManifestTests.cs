using MimKit.Data;

namespace MimKit.Tests.Data;

public class ManifestTests
{
    [Theory]
    [InlineData("licence: none", "licens: none", "'licence' is missing")]
    [InlineData("title: Tiny", "title: Tiny\nauthor: me", "line 3: 'author' is not a key of this section; known: format, name")]
    [InlineData("width: 3", "width: three", "'image.width' must be a whole number, found 'three'")]
    [InlineData("width: 3", "width: 0", "'image.width' must be at least 1, found 0")]
    [InlineData("mean: [0.5]", "mean: [0.5, 0.5, 0.5]", "'image.mean' must have 1 number(s), one a channel, found 3")]
    [InlineData("std: [0.25]", "std: [0]", "'image.std' must be above 0")]
    [InlineData("classes: [a, b, c]", "classes: three", "'classes' must be a list")]
    [InlineData("title: Tiny", "title: [Tiny]", "'title' must be a plain value, found a sequence")]
    [InlineData("format: idx", "format: parquet", "'format' is 'parquet'; this version reads: idx, emoji, cifar")]
    [InlineData("name: tiny", "name: huge", "'name' is 'huge', the file is called 'tiny'")]
    [InlineData("bytes: 13", "bytes: 13, crc: 1", "'files.test-labels.crc' is not a key")]
    [InlineData("title: Tiny", "title: [Tiny", "this is not YAML")]
    public void A_malformed_manifest_names_the_line_and_the_key(string old, string replacement, string expected)
    {
        using var tiny = new TinyDataset();
        tiny.EditManifest(old, replacement);
        var message = Assert.Throws<DataException>(() => Datasets.Manifest("tiny")).Message;
        Assert.Contains(expected, message);
        Assert.Contains("tiny.yaml, line ", message);
    }

    [Fact]
    public void An_empty_manifest_is_refused()
    {
        using var tiny = new TinyDataset();
        File.WriteAllText(tiny.Manifest, "");
        Assert.Contains("an empty file", Assert.Throws<DataException>(() => Datasets.Manifest("tiny")).Message);
    }

    [Fact]
    public void A_manifest_whose_sizes_contradict_the_file_is_refused()
    {
        using var tiny = new TinyDataset();
        tiny.EditManifest("train: 12", "train: 13");
        Assert.Contains("dimension 0 is 16, the manifest expects 17", Assert.Throws<DataException>(() => Datasets.Open("tiny")).Message);
    }
}
