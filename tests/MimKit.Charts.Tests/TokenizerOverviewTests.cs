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
        foreach (var part in new[] { "TCAS", "left neighbour", "commonest codes", "Use of the codebook while it was trained", "Where codes stand", "Codes side by side", "Class purity" })
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
}
