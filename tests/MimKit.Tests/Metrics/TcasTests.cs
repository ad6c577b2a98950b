using MimKit.Metrics;

namespace MimKit.Tests.Metrics;

public class TcasTests
{
    private static readonly long[] Ids = [0, 1, 0, 0, 2, 1];   // three images of two patches
    private static readonly int[] Labels = [0, 0, 1];

    [Fact]
    public void The_worked_example_has_the_values_computed_by_hand()
    {
        var t = Tcas.Compute(Count(Ids, Labels, 2, 3, 2));
        Assert.Equal(0.025, t.Plain, 12);
        Assert.Equal(1 / Math.Sqrt(20), t.Statistics.MeanOffDiagonalCosine, 12);
        Assert.Equal(0.1875, t.Statistics.WalkOffDiagonal, 12);
        Assert.Equal(5 / 6.0, t.Statistics.Purity, 12);
        Assert.Equal(0.2310491, t.Statistics.ClassEntropyGivenToken, 7);
        Assert.Equal(0.4054651, t.Statistics.MutualInformation, 7);
        Assert.Equal((0, 0.5, 3, 3, 6), (t.ModalToken, t.ModalMass, t.CodebookSize, t.Statistics.UsedCodes, t.Patches));
        Assert.Equal(0.25, t.WithoutModal, 12);   // columns (1, 0) and (1, 1): cosine 1/sqrt 2, so 2 * 0.5 / 4
        Assert.Equal(0, t.ByPosition - (0 + 0.25 * 2 * 0.5) / 2, 12);   // position 0: no shared token; position 1: (1, 1, 0) and (0, 1, 0)
    }

    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(10, 0.9)]
    public void One_token_for_all_gives_the_largest_value(int classes, double expected)
    {
        var t = Tcas.Compute(Count(new long[3 * classes], [.. Enumerable.Range(0, classes)], 3, 4, classes));
        Assert.Equal(expected, t.Plain, 12);
        Assert.Equal(expected, t.ByPosition, 12);
        Assert.True(double.IsNaN(t.WithoutModal), "nothing is left without the only token");
        Assert.Equal((1.0, 1, 1.0), (t.ModalMass, t.Statistics.UsedCodes, t.Statistics.Perplexity));
        Assert.Equal(0, t.Statistics.NormalisedMutualInformation, 12);
    }

    [Fact]
    public void A_token_of_its_own_for_each_class_gives_zero()
    {
        var t = Tcas.Compute(Count([0, 0, 1, 1, 2, 2], [0, 1, 2], 2, 3, 3));
        Assert.Equal((0, 0), (t.Plain, t.ByPosition));
        Assert.Equal((0, 0, 1), (t.Statistics.MeanOffDiagonalCosine, t.Statistics.WalkOffDiagonal, t.Statistics.Purity));
        Assert.Equal(1, t.Statistics.NormalisedMutualInformation, 12);
    }

    [Theory]                                             // four images of two patches, two classes
    [InlineData(new long[] { 0, 1, 2, 3, 4, 5, 6, 7 }, 0, 0)]     // every patch its own token
    [InlineData(new long[] { 0, 1, 0, 1, 0, 1, 0, 1 }, 1, 0.5)]   // fully mixed
    [InlineData(new long[] { 0, 0, 0, 0, 0, 0, 0, 0 }, 1, 0.5)]   // a single token
    public void Companions_of_degenerate_tokenizers(long[] ids, double cosine, double walk)
    {
        var s = Tcas.Compute(Count(ids, [0, 0, 1, 1], 2, 8, 2)).Statistics;
        Assert.Equal(cosine, s.MeanOffDiagonalCosine, 12);
        Assert.Equal(walk, s.WalkOffDiagonal, 12);
    }

    [Fact]
    public void A_class_without_images_is_an_empty_column_and_is_reported()
    {
        var with = Tcas.Compute(Count(Ids, Labels, 2, 3, 3));
        Assert.Equal((0.025 * 4 + 1) / 9, with.Plain, 12);
        Assert.Equal(1, with.EmptyClasses);
        Assert.Equal(0.1875, with.Statistics.WalkOffDiagonal, 12);
        Assert.Contains("1 class(es) have no image", with.MimeBundle()["text/plain"].ToString());
    }

    [Fact]
    public void Nothing_counted_is_not_a_number()
    {
        var t = Tcas.Compute(new TokenCounts(2, 3, 2));
        Assert.True(double.IsNaN(t.Plain) && double.IsNaN(t.ByPosition) && double.IsNaN(t.Statistics.Purity));
    }

    [Fact]
    public void Shards_add_up_to_the_whole_in_any_order()
    {
        var whole = Count(Ids, Labels, 2, 3, 2);
        var merged = Count(Ids[2..], Labels[1..], 2, 3, 2);
        merged.Merge(Count(Ids[..2], Labels[..1], 2, 3, 2));
        Assert.Equal(Tcas.Compute(whole), Tcas.Compute(merged));
        Assert.Equal(whole.Pooled().Cast<long>(), merged.Pooled().Cast<long>());
        Assert.Equal([3, 0, 1, 1, 0, 1], whole.Pooled().Cast<long>());
    }

    [Fact]
    public void Wrong_input_is_refused_and_leaves_the_counts_alone()
    {
        var counts = new TokenCounts(2, 3, 2);
        Assert.Contains("Id 3 of image 0, position 1", Assert.Throws<ArgumentException>(() => counts.Add([0, 3], [0])).Message);
        Assert.Contains("Label -1 of image 0", Assert.Throws<ArgumentException>(() => counts.Add([0, 1], [-1])).Message);
        Assert.Contains("need 4 ids, found 3", Assert.Throws<ArgumentException>(() => counts.Add([0, 1, 2], [0, 1])).Message);
        Assert.Contains("cannot be added", Assert.Throws<ArgumentException>(() => counts.Merge(new TokenCounts(2, 4, 2))).Message);
        Assert.Equal(0, counts.Patches);
    }

    [Fact]
    public void The_result_displays_itself_with_raw_numbers_for_the_report()
    {
        var bundle = Tcas.Compute(Count(Ids, Labels, 2, 3, 2)).MimeBundle();
        var row = ((System.Text.Json.Nodes.JsonObject)bundle["application/vnd.mimkit.table+json"])["rows"]![0]!;
        Assert.Equal(0.025, (double)row["TCAS"]!, 12);
        Assert.Contains("recalled, never read", (string)bundle["text/html"]);
    }

    private static TokenCounts Count(long[] ids, int[] labels, int positions, int tokens, int classes)
    {
        var counts = new TokenCounts(positions, tokens, classes);
        counts.Add(ids, labels);
        return counts;
    }
}
