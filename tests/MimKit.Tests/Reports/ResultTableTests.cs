using System.Text.Json.Nodes;
using MimKit.Evaluation;
using MimKit.Reports;

namespace MimKit.Tests.Reports;

public class ResultTableTests
{
    private static Evaluated Read(int right, int of = 1000) => new("kNN-20", "noise test", [.. Enumerable.Range(0, of).Select(i => i < right)], 1.5);

    private static ResultTable Table()
    {
        var (pixels, method) = (Read(600), Read(700));
        return new ResultTable("Linear probes", "smoke", "noise test", Paper.ClusterMim.Table3, Metric.LinearProbe, Metric.Knn)
            .AddControl("raw pixels", (Metric.Knn, Measured.Of(pixels)))
            .AddMethod("ClusterMIM <K = 50>", Paper.ClusterMim.Pixel, minutes: 2.5, Learnt.Judge([method], ("raw pixels", pixels)),
                (Metric.LinearProbe, Measured.Of(method, Read(720))), (Metric.Knn, Measured.Of(method)));
    }

    [Fact]
    public void A_published_and_a_measured_number_never_share_a_column()
    {
        var json = (JsonObject)Table().MimeBundle()["application/vnd.mimkit.table+json"];
        var rows = json["rows"]!.AsArray();

        var method = rows[1]!;
        Assert.Null(method["linear probe (%), paper"]);                                       // pixel variant: not read
        Assert.Equal(71.0, (double)method["linear probe (%), ours"]!, 1e-9);
        Assert.Equal(Math.Sqrt(2), (double)method["linear probe (%), ± sd"]!, 1e-9);
        Assert.Equal(70.0, (double)method["kNN-20 (%), ours"]!, 1e-9);
        Assert.Equal(2, (double)method["seeds"]!);
        Assert.Equal("smoke", (string)method["scale"]!);
        Assert.Equal(Provenance.Current.Source, (string)method["commit"]!);

        var dino = rows.Single(row => (string)row!["method"]! == Paper.ClusterMim.Dino)!;    // published, not measured
        Assert.Equal(67.4, (double)dino["linear probe (%), paper"]!);
        Assert.Null(dino["linear probe (%), ours"]);
        Assert.False(dino.AsObject().ContainsKey("scale"));
    }

    [Fact]
    public void Json_columns_name_every_key_of_every_row()
    {
        var json = (JsonObject)Table().MimeBundle()["application/vnd.mimkit.table+json"];
        var columns = json["columns"]!.AsArray().Select(column => (string)column!).ToHashSet();

        Assert.All(json["rows"]!.AsArray(), row => Assert.All(row!.AsObject(), cell => Assert.Contains(cell.Key, columns)));
    }

    [Fact]
    public void Empty_cells_say_why_and_numbers_say_where_from()
    {
        var text = (string)Table().MimeBundle()["text/plain"];

        Assert.Contains("–: not published where we could read it (ClusterMIM Pixel linear probe, MAE linear probe).", text);
        Assert.Contains("ClusterMIM DINO linear probe: OpenReview, ICLR 2024, reviewer 4, quoting Table 3.", text);
        Assert.Contains("scale smoke, noise test", text);
        Assert.Contains("The test split was read 4 times", text);
        Assert.Contains("71.00 ± 1.41", text);
        Assert.Contains("learnt: +10.0 points", text);
    }

    [Fact]
    public void Html_is_a_plain_table_with_a_caption_and_encoded_text()
    {
        var html = (string)Table().MimeBundle()["text/html"];

        Assert.StartsWith("<table class=\"results\"><caption>Linear probes</caption>", html);
        Assert.Contains("ClusterMIM &lt;K = 50&gt;", html);
        Assert.Contains("<td class=\"num\" style=\"text-align:right\">71.00 &#177; 1.41</td>", html);
        Assert.DoesNotContain("<K", html);
    }

    [Fact]
    public void A_row_the_paper_does_not_have_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Table().AddMethod("x", "SimMIM", 1, null));

        Assert.Contains("ClusterMIM Pixel", error.Message);
    }

    [Fact]
    public void Tables_whose_numbers_could_not_be_read_are_empty()
    {
        Assert.All(Paper.ClusterMim.Table2.Rows, row => Assert.Null(Paper.ClusterMim.Table2[row, Metric.Tcas].Value));
        Assert.Null(Paper.ClusterMim.Table4[Paper.ClusterMim.Pixel, Metric.LinearProbe].Value);
        Assert.Equal(82.9, Paper.ClusterMim.Table3[Paper.ClusterMim.Mae, Metric.FineTune].Value);
    }

    [Theory]
    [InlineData(700, 600, true)]
    [InlineData(605, 600, true)]       // nested errors: five images better, none worse
    [InlineData(600, 600, false)]
    [InlineData(590, 600, false)]
    public void Learnt_is_an_interval_above_zero_against_every_control(int method, int control, bool learnt)
    {
        var verdict = Learnt.Judge([Read(method), Read(method)], ("nothing", Read(10)), ("raw pixels", Read(control)));

        Assert.Equal(learnt, verdict.IsShown);
        Assert.StartsWith(learnt ? "learnt: " : "not shown at this scale: ", verdict.ToString());
    }

    [Fact]
    public void One_seed_that_fails_is_enough_for_not_shown() =>
        Assert.False(Learnt.Judge([Read(700), Read(600)], ("raw pixels", Read(610))).IsShown);

    [Fact]
    public void Provenance_names_commit_libtorch_and_processor()
    {
        Assert.Matches("^[0-9a-f]{12}$|^unknown$", Provenance.Current.Commit);
        Assert.NotEmpty(Provenance.Current.Processor);
        Assert.True(Provenance.Current.Threads >= 1);
        Assert.Same(Provenance.Current, Provenance.Current);
    }
}
