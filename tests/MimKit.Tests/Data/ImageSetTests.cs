using MimKit.Data;

namespace MimKit.Tests.Data;

public class ImageSetTests
{
    [Fact]
    public void Take_keeps_the_first_images()
    {
        using var tiny = new TinyDataset();
        var train = Datasets.Open("tiny").Train;
        var three = train.Take(3);
        Assert.Equal(train.Pixels[..18], three.Pixels);
        Assert.Equal(train.Labels[..3], three.Labels);
        Assert.NotEqual(train.Digest, three.Digest);
        Assert.Contains("has 12 images; asked for 13", Assert.Throws<ArgumentOutOfRangeException>(() => train.Take(13)).Message);
    }

    [Fact]
    public void With_joins_two_splits_of_one_data_set()
    {
        using var tiny = new TinyDataset();
        var (train, val, _) = Datasets.Open("tiny");
        var gallery = train.With(val);
        Assert.Equal((16, "train+val"), (gallery.Count, gallery.Split));
        Assert.Equal(val.Image(0).ToArray(), gallery.Image(12).ToArray());
    }

    [Fact]
    public void A_label_outside_the_classes_is_refused()
    {
        using var tiny = new TinyDataset();
        var manifest = Datasets.Manifest("tiny");
        Assert.Contains("Label 3 of image 1", Assert.Throws<ArgumentException>(() => new ImageSet(manifest, "x", new byte[12], [0, 3])).Message);
        Assert.Contains("2 labels need 12 bytes", Assert.Throws<ArgumentException>(() => new ImageSet(manifest, "x", new byte[11], [0, 1])).Message);
    }
}
