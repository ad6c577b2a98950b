using System.Text.Json.Nodes;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Charts.Tests;

public class RepresentationTests
{
    static readonly ImageSet Images = Datasets.Open("fashion-mnist").Val.Take(120);

    static Vit Encoder()
    {
        var network = new Vit(new VitConfig { Width = 24, Blocks = 3, Heads = 2, ImageSize = 28, PatchSize = 7, Channels = 1 }, Precision.Float32);
        MaeInitialisation.Apply(network, 1);
        return network;
    }

    static EmbeddingMap Map(int count) =>
        new("t-SNE", "fashion-mnist val", [.. Enumerable.Range(0, count).Select(i => (float)Math.Cos(i))], [.. Enumerable.Range(0, count).Select(i => (float)Math.Sin(i))], Images.Labels[..count]);

    [Fact]
    public void A_map_has_a_point_an_image_coloured_by_class_with_its_picture()
    {
        var figure = Chart.Embedding(Map(120), Images).Json();
        var points = figure["data"]!.AsArray().SelectMany(trace => trace!["customdata"]!.AsArray()).Select(pair => ((int)pair![0]!, (int)pair[1]!)).Order().ToList();
        Assert.Equal(Enumerable.Range(0, 120).Select(i => (i, i)), points);
        Assert.Equal(Images.Labels.Distinct().Count(), figure["data"]!.AsArray().Count);
        var atlas = figure["layout"]!["meta"]!["pictures"]!;
        Assert.Equal((28, 28, 11, 11), ((int)atlas["width"]!, (int)atlas["height"]!, (int)atlas["columns"]!, (int)atlas["rows"]!));
        Assert.StartsWith("data:image/png;base64,", (string)atlas["source"]!);
        var markers = figure["data"]!.AsArray().Select(trace => ((string)trace!["marker"]!["color"]!, (string)trace["marker"]!["symbol"]!)).ToList();
        Assert.Equal(markers.Count, markers.Distinct().Count());                  // ten classes, seven colours: symbols tell them apart
    }

    [Fact]
    public void Many_points_are_thinned_evenly()
    {
        var figure = Chart.Embedding(Map(120), Images, points: 30);
        var shown = figure.Json()["data"]!.AsArray().SelectMany(trace => trace!["customdata"]!.AsArray()).Select(pair => (int)pair![0]!).Order();
        Assert.Equal(Enumerable.Range(0, 30).Select(i => i * 4), shown);
        Assert.Contains("30 shown", figure.Summary);
        Assert.Contains("fewer images", Assert.Throws<ArgumentException>(() => Chart.Embedding(Map(120), Images.Take(50))).Message);
    }

    [Fact]
    public void The_html_form_brings_the_pictures_script_only_where_there_are_pictures()
    {
        Assert.Contains("plotly_hover", (string)Chart.Embedding(Map(20), Images).MimeBundle()["text/html"]);
        Assert.DoesNotContain("plotly_hover", (string)Chart.Lines("a", "b", "c", [new("d", [1], [1])]).MimeBundle()["text/html"]);
    }

    [Fact]
    public void An_encoders_attention_colours_and_likeness_are_drawn()
    {
        using var scope = NewDisposeScope();
        using var encoder = Encoder();
        var tokens = encoder.Encode(Batch.Of(Images, [0, 1, 2]).Images).narrow(1, 1, 16);
        Assert.Contains("4 x 5 images of 28 x 28 pixels: image, 1, 2, 3, rollout", Chart.AttentionBlocks(encoder, Images, 4).Summary);
        Assert.Contains("2 x 3 images of 28 x 28 pixels: image, head 1, head 2", Chart.Attention(encoder, Images, 2).Summary);
        Assert.Contains("6 points", Chart.AttentionDistances(encoder, Images, 8).Summary);
        Assert.Contains("2 x 3 images of 28 x 28", Chart.FeatureColours(tokens, encoder.Grid, Images).Summary);
        Assert.Contains("4 x 3 images of 112 x 112", Chart.TokenSimilarity(tokens, encoder.Grid, Images).Summary);
        Assert.Contains("without the class token", Assert.Throws<ArgumentException>(() => Chart.FeatureColours(encoder.Encode(Batch.Of(Images, [0]).Images), encoder.Grid, Images)).Message);
    }

    [Fact]
    public void Layers_are_alike_to_themselves_and_a_batch_at_a_time_says_the_same_as_its_own_criterion()
    {
        using var scope = NewDisposeScope();
        using var encoder = Encoder();
        var map = Cka.BetweenLayers(encoder, encoder, Images, 60);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, map.Values[i, i], 9);
            for (var j = 0; j < 3; j++) Assert.Equal(map.Values[i, j], map.Values[j, i], 9);
        }
        using var off = no_grad();
        var outputs = encoder.BlockOutputs(Batch.Of(Images, [.. Enumerable.Range(0, 120).Select(i => (long)i)]).Images, 3);
        Assert.Equal(Cka.Unbiased(outputs[0].flatten(1), outputs[2].flatten(1)), Cka.BetweenLayers(encoder, encoder, Images, 120).Values[0, 2], 6);
        Assert.Contains("3 x 3 values of CKA", Chart.Cka(map).Summary);
    }

    [Fact]
    public void The_views_of_an_encoder_are_a_protocol()
    {
        using var encoder = Encoder();
        var report = Evaluate.Of(Evaluate.Subject("tiny", encoder, new DataSplits(Images, Images, Images)), Protocol.Named("views"));
        var section = report.Answers[0].Section;
        Assert.All(["effective rank", "alignment", "uniformity", "trustworthiness of PCA", "trustworthiness of t-SNE", "trustworthiness of UMAP"], name => Assert.True(double.IsFinite(section.Numbers[name]), name));
        Assert.Equal(11, section.Parts.Count);                                    // a table, five looks, three maps, spectra, layers
        Assert.Empty(report.TestReads);
    }
}
