using MimKit.Data;
using static MimKit.Torch.torch;

namespace MimKit.Charts.Tests;

public class TokenizerOverviewTests
{
    private static readonly DataSplits Data = Datasets.Open("fashion-mnist");

    [Fact]
    public void The_page_shows_use_alignment_places_neighbours_and_patches()
    {
        using var scope = NewDisposeScope();
        using var clusters = new PixelClustering { Clusters = 12, Epochs = 1 }.Fit(Data.Train.Take(400), new(7, 7, 4, 1));
        var overview = new TokenizerOverview(new ClusterTarget(clusters), Data, images: 300, use: [new(0, 9, 5.5), new(1, 11, 7.5)]);
        var page = (string)overview.MimeBundle()["text/html"];

        Assert.Equal(1, overview.Share.Sum(), 10);
        Assert.Equal(12 - overview.Common.Count, overview.Unused);
        Assert.Contains($"{overview.Common.Count} of 12 codes in use on fashion-mnist val", overview.Verdict);
        Assert.DoesNotContain("Collapsed", overview.Verdict);
        foreach (var part in new[] { "TCAS", "left neighbour", "What the ids alone are worth", "nearest to", "nearest of 12 centres", "commonest codes", "Use of the codebook while it was trained", "Where codes stand", "Codes side by side", "Class purity" })
            Assert.Contains(part, page);
        Assert.Contains("unigram", overview.ToString());
    }

    [Fact]
    public void A_collapsed_codebook_is_called_so()
    {
        using var scope = NewDisposeScope();
        using var clusters = new Clusters(cat([zeros(1, 16), full([63, 16], 1000)]), new Models.PatchGrid(7, 7, 4, 1), new(0, 0, 1));   // no patch is near 63 of them
        var overview = new TokenizerOverview(new ClusterTarget(clusters), Data, images: 50);
        Assert.Equal(63, overview.Unused);
        Assert.Contains("Collapsed", overview.Verdict);
        Assert.NotEmpty(overview.MimeBundle());
    }

    [Fact]
    public void The_nearest_patches_of_a_code_are_those_that_lie_on_its_centre()
    {
        using var scope = NewDisposeScope();
        var grid = new Models.PatchGrid(7, 7, 4, 1);
        var patch = grid.Cut(Batch.Of(Data.Val, [3]).Images)[0, 24];
        using var clusters = new Clusters(stack([patch, full([16], 1000)]), grid, new(0, 0, 1));
        var figure = Chart.NearestPatches(new ClusterTarget(clusters), Data.Val.Take(20), [0, 1], members: 4);
        Assert.Contains("1 x 4 images of 84 x 84", figure.Summary);                // the second code has no patch
        Assert.StartsWith($"image 3, {Data.Val.Classes[Data.Val.Labels[3]]}", (string)figure.Json()["data"]![1]!["text"]![0]!);
        Assert.Contains("None of the codes 1", Assert.Throws<ArgumentException>(() => Chart.NearestPatches(new ClusterTarget(clusters), Data.Val.Take(20), [1])).Message);
    }

    [Fact]
    public void A_frame_surrounds_a_part_and_leaves_the_rest()
    {
        var plain = Tile.Chw([10, 20, 30, 40, 50, 60, 70, 80, 90], 3, 3);
        var framed = plain.Frame(top: 1, left: 1, height: 1, width: 1, scale: 6);
        Assert.Equal((18, 18, 3), (framed.Height, framed.Width, framed.Channels));
        var (_, _, pixels) = ImageTests.Decode((byte[])Chart.Images("t", [[framed]], scale: 1).MimeBundle()["image/png"], 4);
        byte[] At(int y, int x) => pixels[((y * 18 + x) * 4)..((y * 18 + x) * 4 + 3)];
        Assert.Equal([10, 10, 10], At(5, 5));
        Assert.Equal([255, 176, 0], At(6, 6));
        Assert.Equal([50, 50, 50], At(8, 8));
    }

    [Fact]
    public void Codes_of_features_are_pictured_beside_the_features()
    {
        using var scope = NewDisposeScope();
        var shape = new Models.VitConfig { Width = 16, Blocks = 1, Heads = 2, PatchSize = 4, ImageSize = 28, Channels = 1 };
        using var teacher = new VitTeacher(new Models.LearnedVit(shape, Runtime.Precision.Float32, seed: 1), InputScale.MinusOneToOne, "random");
        var config = VqKdConfig.Mini28 with { Encoder = shape, Codes = 8, CodeWidth = 4, StartImages = 20, BatchSize = 8, Precision = Runtime.Precision.Float32 };
        using var subject = config.Build(teacher, Data.Train.Take(40), seed: 1);
        Assert.Contains("3 x 5 images of 28 x 28 pixels: image, teacher, from codes", Chart.Reconstruction(subject.Target, Data.Val, teacher, count: 5).Summary);
        Assert.Contains("2 x 5 images of 28 x 28 pixels: image, from codes", Chart.Reconstruction(subject.Target, Data.Val, count: 5).Summary);
        Assert.Contains("no decoder", Assert.Throws<ArgumentException>(() => Chart.Reconstruction(new RandomProjection(new(7, 7, 4, 1), 3, seed: 0), Data.Val)).Message);
    }

    [Fact]
    public void Survival_curves_name_every_arm() =>
        Assert.Contains("without unit length 8 to 2", Chart.Survival([new("all four", 8, [10, 20], [8, 8], [7, 7.5]), new("without unit length", 8, [10, 20], [8, 2], [7, 1.5])]).Summary);
}
