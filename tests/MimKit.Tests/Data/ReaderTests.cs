using System.Text;
using MimKit.Data;

namespace MimKit.Tests.Data;

public class ReaderTests
{
    private static byte[] Records(int count, int labelBytes, int first = 0) =>
        [.. Enumerable.Range(first, count).SelectMany(i => Enumerable.Repeat((byte)(i % 3), labelBytes).Concat(Enumerable.Range(0, 3072).Select(p => (byte)(i + p / 1024))))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cifar_archives_give_labels_and_planes(int labelBytes)
    {
        using var home = new DataHome();
        home.Manifest("c", $"providers: []\nformat: cifar\nfiles: {{ archive: {{ name: c.tar.gz }} }}\nlayout: {{ label-bytes: {labelBytes}, train: a.bin b.bin, test: t.bin }}\n" +
                           "classes: [x, y, z]\nsplits: { train: 5, val: 2, test: 3, val-seed: 1 }");
        home.Write("c/c.tar.gz", DataHome.Tar(gzip: true, ("c/a.bin", Records(4, labelBytes)), ("c/b.bin", Records(3, labelBytes, 4)), ("c/t.bin", Records(3, labelBytes, 20))));
        var (train, val, test) = Datasets.Open("c");
        Assert.Equal((5, 2, 3), (train.Count, val.Count, test.Count));
        Assert.Equal([2, 0, 1], test.Labels);
        Assert.Equal([20, 21, 22], new[] { 0, 1024, 2048 }.Select(p => (int)test.Image(0)[p]));
        Assert.Equal(Enumerable.Range(0, 7), train.Pixels.Concat(val.Pixels).Where((_, i) => i % 3072 == 0).Select(p => (int)p).Order());
    }

    [Fact]
    public void A_cut_cifar_archive_is_refused_with_its_name()
    {
        using var home = new DataHome();
        home.Manifest("c", "providers: []\nformat: cifar\nfiles: { archive: { name: c.tar.gz } }\nlayout: { label-bytes: 1, train: a.bin, test: a.bin }\nclasses: [x, y, z]\n" +
                           "splits: { train: 3, val: 1, test: 4, val-seed: 1 }");
        var whole = DataHome.Tar(gzip: true, ("a.bin", Records(4, 1)));
        var path = home.Write("c/c.tar.gz", whole[..(whole.Length / 2)]);
        Assert.Contains(path, Assert.Throws<DataException>(() => Datasets.Open("c")).Message);
        home.Write("c/c.tar.gz", DataHome.Tar(gzip: true, ("a.bin", Records(4, 1)[..^5])));
        Assert.Contains("no multiple of a record's 3,073", Assert.Throws<DataException>(() => Datasets.Open("c")).Message);
    }

    [Fact]
    public void Stl_images_are_turned_upright_and_its_labels_count_from_zero()
    {
        using var home = new DataHome();
        home.Manifest("s", "providers: []\nformat: stl\nfiles: { archive: { name: s.tar.gz } }\nclasses: [x, y]\nsplits: { train: 1, val: 1, test: 1, val-seed: 1 }",
                      "{ channels: 3, height: 2, width: 2, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }");
        byte[] columns = [1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24];             // each plane by columns
        home.Write("s/s.tar.gz", DataHome.Tar(gzip: true, ("s/train_X.bin", [.. columns, .. columns]), ("s/train_y.bin", [1, 2]), ("s/test_X.bin", columns), ("s/test_y.bin", [2])));
        var test = Datasets.Open("s").Test;
        Assert.Equal([1, 3, 2, 4, 11, 13, 12, 14, 21, 23, 22, 24], test.Pixels);
        Assert.Equal([1], test.Labels);
    }

    [Fact]
    public void An_image_folder_is_a_folder_a_class_and_val_is_carved_from_train()
    {
        using var home = new DataHome();
        home.Manifest("f", "providers: []\nformat: image-folder\nlayout: { train: train, test: val }\nclasses: 2\nsplits: { train: 4, val: 2, test: 1, val-seed: 1 }");
        foreach (var name in new[] { "train/b/2.jpg", "train/b/1.jpg", "train/b/0.png", "train/a/x.jpg", "train/a/y.JPEG", "train/a/z.webp", "train/a/notes.txt", "val/a/v.jpg", "val/b/w.jpg" })
            home.Write("f/" + name, Encoding.ASCII.GetBytes(name));
        var (train, val, test) = Datasets.OpenFiles("f");
        Assert.Equal(["a", "b"], train!.Classes);
        Assert.Equal((4, 2, 2), (train.Count, val!.Count, test!.Count));
        Assert.Equal("val/b/w.jpg", Encoding.ASCII.GetString(test.Read(1)));
        Assert.Equal([0, 1], test.Labels);
        File.Delete(test.NameOf(1));
        Assert.Contains("w.jpg", Assert.Throws<DataException>(() => test.Read(1)).Message);
    }

    [Fact]
    public void Tar_shards_give_each_image_with_its_class_in_an_order_that_follows_from_seed_and_epoch()
    {
        using var home = new DataHome();
        home.Manifest("w", "providers: []\nformat: webdataset\nlayout: { train: 't-{00..05}.tar' }\nclasses: 4\nsplits: { train: 18, val: 0, test: 1 }");
        for (var shard = 0; shard < 6; shard++)
            home.Write($"w/t-{shard:D2}.tar", DataHome.Tar(gzip: false, [.. Enumerable.Range(0, 3).SelectMany(i => new (string, byte[])[]
            {
                ($"n/{shard}{i}.jpg", Encoding.ASCII.GetBytes($"image {shard}{i}")), ($"n/{shard}{i}.cls", Encoding.ASCII.GetBytes($"{(shard + i) % 4}\n")),
            })]));
        var train = Datasets.OpenFiles("w").Train!;
        Assert.Equal(18, train.Count);
        for (var i = 0; i < 18; i++) Assert.Equal($"image {i / 3}{i % 3}", Encoding.ASCII.GetString(train.Read(i)));
        Assert.Equal((5 + 1) % 4, train.Labels[16]);
        Assert.Equal(Enumerable.Range(0, 18).Select(i => (long)i), train.Order(1, 0).Order());
        Assert.Equal(train.Order(1, 0), Datasets.OpenFiles("w").Train!.Order(1, 0));
        Assert.NotEqual(train.Order(1, 0), train.Order(1, 1));
        Assert.True(train.Order(1, 0).Take(12).Select(i => i / 3).Distinct().Count() <= 4);       // a group of shards at a time
        var ranks = Enumerable.Range(0, 2).Select(rank => TarShards.Open(train.Manifest, "train", Path.Combine(home.Cache, "w", "t-{00..05}.tar"), rank, 2)).ToList();
        Assert.Equal([9, 9], ranks.Select(rank => rank.Count));
        Assert.Empty(ranks[0].Labels.Select((_, i) => ranks[0].NameOf(i)).Intersect(ranks[1].Labels.Select((_, i) => ranks[1].NameOf(i))));
    }

    [Fact]
    public void A_shard_without_a_class_or_cut_off_is_refused()
    {
        using var home = new DataHome();
        home.Manifest("w", "providers: []\nformat: webdataset\nlayout: { train: t.tar }\nclasses: 4\nsplits: { train: 1, val: 0, test: 1 }");
        home.Write("w/t.tar", DataHome.Tar(gzip: false, ("a.jpg", [1])));
        Assert.Contains("a has an image but no .cls", Assert.Throws<DataException>(() => Datasets.OpenFiles("w")).Message);
        var whole = DataHome.Tar(gzip: false, ("a.cls", "1"u8.ToArray()), ("a.jpg", new byte[4000]));
        var path = home.Write("w/t.tar", whole[..^3000]);
        Assert.Contains(path, Assert.Throws<DataException>(() => Datasets.OpenFiles("w")).Message);
    }

    [Fact]
    public void The_wrong_way_to_open_a_set_names_the_right_one()
    {
        Assert.Contains("Datasets.OpenSegmentation(\"fashion-scenes\")", Assert.Throws<DataException>(() => Datasets.Open("fashion-scenes")).Message);
        Assert.Contains("Datasets.OpenFiles(\"imagenette\")", Assert.Throws<DataException>(() => Datasets.Open("imagenette")).Message);
    }

    [Fact]
    public void Every_manifest_of_the_repository_is_well_formed()
    {
        var all = Datasets.All;
        Assert.Empty(new[]
        {
            "fashion-mnist", "emoji-64", "cifar-10", "cifar-100", "stl-10", "imagenette", "imagenet-100", "imagenet-1k", "ade20k", "imagenet-a", "imagenet-r", "imagenet-sketch",
            "imagenet-c", "inaturalist-2021-mini", "fashion-scenes", "fashion-mnist-c",
        }.Except(all.Select(manifest => manifest.Name)));
        Assert.All(all, manifest => Assert.StartsWith("@", manifest.Citation));
        Assert.All(all, manifest => Assert.True(manifest.From is not null || manifest.Providers.Count > 0, manifest.Name));
    }
}
