using MimKit.Data;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Charts.Tests;

/// <summary>Pictures of the real data set: the installed Fashion-MNIST, a few images of it.</summary>
public class PictureTests
{
    private static readonly ImageSet Images = Datasets.Open("fashion-mnist").Val.Take(300);
    private static readonly ClusterMimConfig Config = ClusterMimConfig.Mini28 with { Clusters = 8, ClusterEpochs = 1, Precision = Precision.Float32 };

    [Fact]
    public void Clusters_masks_and_predictions_are_drawn()
    {
        using var clusters = Config.Cluster(Images, seed: 0);
        using var method = Config.Build(clusters, seed: 0);
        Assert.Contains("10 x 3 images of 28 x 28", Chart.Classes(Images, perClass: 3).Summary);
        Assert.Contains("4 x 5 images of 4 x 4", Chart.ClusterMosaic(clusters, Images, columns: 5, members: 3).Summary);
        Assert.Contains("2 x 6 images of 28 x 28", Chart.Quantised(clusters, Images, count: 6).Summary);
        Assert.Contains("2 x 4 images of 28 x 28", Chart.Masks(Config.Masking, Config.Encoder.Grid(), Images, draws: 2, count: 4).Summary);
        var painted = Chart.Predictions("t", method, (scores, patches) => clusters.Centres.index_select(0, scores.argmax(-1).flatten()).reshape(patches.shape), Images, count: 4);
        Assert.Contains("3 x 4 images of 28 x 28", painted.Summary);
    }

    [Fact]
    public void A_data_set_shows_its_classes_their_sizes_and_its_grey_values()
    {
        var overview = new DatasetOverview(Images, Images.Take(20));
        Assert.Contains("10 x 8 images of 28 x 28", overview.Pictures().Summary);
        var largest = Images.Labels.GroupBy(label => label).Max(one => one.Count());
        Assert.Equal(["val", 300, 10, Images.Labels.GroupBy(label => label).Min(one => one.Count()), largest], overview.Table().Rows[0][..5]);
        Assert.Equal(Images.Pixels.Average(value => value / 255.0), double.Parse((string)overview.Table().Rows[0][5]!), 0.0006);
        Assert.Equal(2, overview.Table().Rows.Count);
        Assert.Contains("<table>", (string)overview.MimeBundle()["text/html"]);
    }

    [Fact]
    public void A_transform_is_shown_by_draws_beside_the_image()
    {
        Assert.Contains("3 x 5 images of 28 x 28", Chart.Views(new TrainViews(28), Images, draws: 4, count: 3).Summary);
        Assert.Contains($"{Corruptions.All.Count} x 6 images of 28 x 28", Chart.Corrupted(Images).Summary);
        var twice = new[] { 1UL, 1UL, 2UL }.Select(seed => (byte[])Chart.Views(new TrainViews(28), Images, draws: 2, count: 1, seed).MimeBundle()["image/png"]).ToList();
        Assert.Equal(twice[0], twice[1]);
        Assert.NotEqual(twice[0], twice[2]);
    }

    [Fact]
    public void A_perfect_prediction_is_drawn_as_the_image_itself()
    {
        using var method = (MaeConfig.Mini28 with { Precision = Precision.Float32 }).Build(seed: 0);
        var (top, bottom) = FirstAndLastRow(Chart.Predictions("t", method, (_, patches) => patches, Images, count: 3));
        Assert.Equal(top, bottom);
        (top, bottom) = FirstAndLastRow(Chart.Predictions("t", method, (_, patches) => zeros_like(patches), Images, count: 3));
        Assert.NotEqual(top, bottom);
    }

    private static (byte[] Top, byte[] Bottom) FirstAndLastRow(Figure figure)
    {
        var png = (byte[])figure.MimeBundle()["image/png"];
        var channels = png[25] switch { 0 => 1, 4 => 2, 2 => 3, _ => 4 };
        var (width, height, pixels) = ImageTests.Decode(png, channels);
        var row = (height + 4) / 3 - 4;                                            // three rows, gaps of four pixels
        return (pixels[..(row * width * channels)], pixels[^(row * width * channels)..]);
    }
}
