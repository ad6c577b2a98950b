using System.Text.Json.Nodes;
using MimKit.Charts;

namespace MimKit.Charts.Tests;

public class FigureTests
{
    private static readonly Figure Sample = Chart.Lines("Loss <b>", "step", "loss / nats", [new("a", [1, 2], [3, 2])]);

    [Fact]
    public void A_figure_offers_plotly_html_and_text()
    {
        var bundle = Sample.MimeBundle();
        Assert.Equal(["application/vnd.plotly.v1+json", "text/html", "text/plain"], bundle.Keys);
        var figure = (JsonObject)bundle["application/vnd.plotly.v1+json"];
        Assert.Equal(["data", "layout", "config"], figure.Select(part => part.Key));
        Assert.Equal("Loss <b>, loss / nats by step: a 3 to 2 (2 points)", bundle["text/plain"]);
        Assert.DoesNotContain('\n', (string)bundle["text/plain"]);
    }

    [Fact]
    public void Html_is_the_same_for_the_same_figure_and_cannot_be_left_by_a_name()
    {
        var html = (string)Chart.Lines("</script><img>", "x", "y", [new("a", [1], [1])]).MimeBundle()["text/html"];
        Assert.Equal(1, html.Split("</script>").Length - 1);
        Assert.Contains("aria-label=\"&lt;/script&gt;", html);
        Assert.Equal(Sample.MimeBundle()["text/html"], Sample.MimeBundle()["text/html"]);
    }

    [Fact]
    public void A_caption_stands_under_the_title_and_leaves_the_original_alone()
    {
        var captioned = Sample.Caption("laptop", "Fashion-MNIST", "", "3 seeds");
        Assert.Equal("laptop · Fashion-MNIST · 3 seeds", (string)captioned.Json()["layout"]!["title"]!["subtitle"]!["text"]!);
        Assert.Null(Sample.Json()["layout"]!["title"]!["subtitle"]);
        Assert.Contains("[laptop · Fashion-MNIST · 3 seeds]", captioned.Summary);
        Assert.True((int)captioned.Json()["layout"]!["height"]! > (int)Sample.Json()["layout"]!["height"]!);
    }

    [Fact]
    public void The_layout_takes_the_width_of_its_container_and_any_background()
    {
        var layout = (JsonObject)Sample.Json()["layout"]!;
        Assert.False(layout.ContainsKey("width"));
        Assert.Equal("rgba(0,0,0,0)", (string)layout["paper_bgcolor"]!);
        Assert.Equal("Loss &lt;b>", (string)layout["title"]!["text"]!);
    }
}
