using MimKit.Data;

namespace MimKit.Tests.Data;

public class DatasetsTests
{
    [Fact]
    public void Fashion_mnist_opens_with_its_three_splits()
    {
        var (train, val, test) = Datasets.Open("fashion-mnist");
        Assert.Equal((55_000, 5_000, 10_000), (train.Count, val.Count, test.Count));
        Assert.Equal((1, 28, 28, 10), (train.Channels, train.Height, train.Width, train.ClassCount));
        Assert.Equal(1_000, test.Labels.Count(label => label == 9));
        Assert.Equal("Ankle boot", test.Manifest.Classes[test.Labels[0]]);
    }

    [Fact]
    public void The_validation_split_is_the_same_for_ever()
    {
        var (train, val, _) = Datasets.Open("fashion-mnist");
        Assert.Equal("8771874c3100e75210836e1c9420320d131d9f09911efe83c9831791234b37a9", val.Digest);
        Assert.Equal("e4a984d5e5c86b739a2ed96f6474dfe0a0ef779de8adbcbda5752f206657410a", train.Digest);
    }

    [Fact]
    public void A_data_set_is_read_once_a_process() => Assert.Same(Datasets.Open("fashion-mnist"), Datasets.Open("fashion-mnist"));

    [Fact]
    public void All_lists_every_manifest() => Assert.Contains(Datasets.All, manifest => manifest.Name == "fashion-mnist");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Packed_and_plain_files_give_the_same_images(bool gzip)
    {
        using var tiny = new TinyDataset(gzip);
        var (train, val, test) = Datasets.Open("tiny");
        Assert.Equal((12, 4, 5), (train.Count, val.Count, test.Count));
        Assert.Equal([40, 41, 42, 43, 44, 45], test.Image(4).ToArray());
        Assert.Equal(Enumerable.Range(0, 16), train.Pixels.Concat(val.Pixels).Where(p => p % 10 == 0).Select(p => p / 10).Order());
    }

    [Fact]
    public void An_unknown_name_lists_the_known_ones()
    {
        using var tiny = new TinyDataset();
        var error = Assert.Throws<DataException>(() => Datasets.Open("cifar-11"));
        Assert.Contains("cifar-11", error.Message);
        Assert.Contains("known: tiny", error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_truncated_file_says_how_much_is_there(bool gzip)
    {
        using var tiny = new TinyDataset(gzip);
        var path = tiny.FileOf("train-images");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^20]);
        Says(() => Datasets.Open("tiny"), path, "expected: 112 bytes", "./mimkit data verify tiny", "apt-get install --reinstall dataset-tiny");
    }

    [Fact]
    public void A_changed_byte_is_a_wrong_checksum()
    {
        using var tiny = new TinyDataset(gzip: false);
        var path = tiny.FileOf("test-labels");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Says(() => Datasets.Open("tiny"), path, "wrong checksum", "expected: sha256", "found:    sha256", "./mimkit data verify tiny");
    }

    [Fact]
    public void A_missing_file_says_where_it_was_looked_for_and_what_to_install()
    {
        using var tiny = new TinyDataset();
        File.Delete(tiny.FileOf("train-labels"));
        Says(() => Datasets.Open("tiny"), "train-labels", "looked in: ", tiny.Root, "apt-get install dataset-tiny", "./mimkit data fetch tiny");
    }

    [Fact]
    public void A_copy_in_MIMKIT_DATA_comes_before_the_package()
    {
        using var tiny = new TinyDataset();
        var folder = Path.Combine(tiny.Root, "elsewhere");
        Environment.SetEnvironmentVariable("MIMKIT_DATA", folder);
        Assert.Equal(tiny.FileOf("test-images"), DataFolder.Find(Datasets.Manifest("tiny"), Datasets.Manifest("tiny").Files["test-images"]));
        Directory.CreateDirectory(Path.Combine(folder, "tiny"));
        File.WriteAllText(Path.Combine(folder, "tiny", "test-images"), "no idx");
        Says(() => Datasets.Open("tiny"), Path.Combine(folder, "tiny", "test-images"), "truncated");
        Directory.Delete(Path.Combine(folder, "tiny"), recursive: true);
        Directory.Move(Path.Combine(tiny.Root, "files"), Path.Combine(folder, "tiny"));
        Assert.Equal(5, Datasets.Open("tiny").Test.Count);
    }

    [Fact]
    public void Presence_is_told_without_reading_the_files()
    {
        using var tiny = new TinyDataset();
        var manifest = Datasets.Manifest("tiny");
        File.WriteAllText(tiny.FileOf("test-images"), "no idx");
        Assert.True(DataFolder.IsPresent(manifest));
        File.Delete(tiny.FileOf("test-labels"));
        Assert.False(DataFolder.IsPresent(manifest));
    }

    [Fact]
    public void Verify_reports_every_file_and_does_not_stop_at_the_first_problem()
    {
        using var tiny = new TinyDataset();
        File.Delete(tiny.FileOf("train-images"));
        File.WriteAllText(tiny.FileOf("test-images"), "no idx");
        var reports = Datasets.Verify("tiny");
        Assert.Equal(["train-images", "test-images"], reports.Where(r => r.Problem is not null).Select(r => r.File));
        Assert.Equal(4, reports.Count);
    }

    private static void Says(Action action, params string[] parts)
    {
        var message = Assert.Throws<DataException>(action).Message;
        Assert.All(parts, part => Assert.Contains(part, message));
        Assert.True(message.Split('\n').Length <= 12, "an error is one screen at most");
    }
}
