using MimKit.Data;

namespace MimKit.Tests.Data;

public sealed class CorruptedImagesTests
{
    static DataHome Home(int images, int test)
    {
        var source = File.ReadAllText(Datasets.Manifest("fashion-mnist").Path);
        var home = new DataHome();
        File.WriteAllText(Path.Combine(home.Root, "data-manifests", "fashion-mnist.yaml"), source);
        home.Manifest("fashion-c", $"from: fashion-mnist\nformat: corrupted\nlayout: {{ images: {images} }}\nclasses: [a, b, c, d, e, f, g, h, i, j]\nsplits: {{ train: 55000, val: 5000, test: {test}, val-seed: 4 }}",
            "{ channels: 1, height: 28, width: 28, mean: [0.3], std: [0.3] }");
        return home;
    }

    [Fact]
    public void Every_corruption_and_severity_of_the_same_images_can_be_picked()
    {
        using var home = Home(4, 300);
        var (clean, corrupted) = (Datasets.Open("fashion-mnist"), Datasets.Open("fashion-c"));
        Assert.Equal(clean.Train.Pixels, corrupted.Train.Pixels);
        Assert.Equal(300, corrupted.Test.Count);
        var fog = corrupted.Test.Where("corruption", "fog").Where("severity", "3");
        Assert.Equal(clean.Test.Take(4).Corrupt(Corruption.Fog, 3, seed: 4).Pixels, fog.Pixels);
        Assert.Equal(clean.Test.Labels[..4], fog.Labels);
        Assert.Equal(15, corrupted.Test.Labellings[^2].Classes.Count);
        Assert.True(DataFolder.IsPresent(Datasets.Manifest("fashion-c")));
    }

    [Fact]
    public void Splits_that_do_not_follow_are_refused_with_those_that_do()
    {
        using var home = Home(4, 299);
        Assert.Contains("55,000/5,000/300 images follow from it, it declares 55,000/5,000/299", Assert.Throws<DataException>(() => Datasets.Open("fashion-c")).Message);
    }

    [Fact]
    public void The_repositorys_own_set_is_described_rightly()
    {
        var manifest = Datasets.Manifest("fashion-mnist-c");
        Assert.Equal(int.Parse(manifest.Layout["images"]) * 75, manifest.Splits.Test);
        Assert.Equal(Datasets.Manifest("fashion-mnist").Image.Mean, manifest.Image.Mean);
    }
}
