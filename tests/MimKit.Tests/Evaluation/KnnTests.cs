using MimKit.Evaluation;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class KnnTests
{
    [Fact]
    public void Tiles_do_not_change_the_votes()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var gallery = torch.randn(60_000, 4);                                   // a tile holds 279 queries
        var labels = Enumerable.Range(0, 60_000).Select(i => i % 7).ToArray();
        var queries = torch.randn(600, 4);

        var whole = Knn.Votes(gallery, labels, queries, 5, 0.07);
        var single = Knn.Votes(gallery, labels, queries.narrow(0, 400, 1), 5, 0.07);
        Assert.True(whole.narrow(0, 400, 1).allclose(single));
    }

    [Fact]
    public void A_zero_vector_has_neighbours_too()
    {
        using var scope = NewDisposeScope();
        var votes = Knn.Votes(torch.ones(3, 2), [0, 0, 1], torch.zeros(1, 2), 3, 0.07);

        Assert.Equal([2f, 1f], votes.ToArray<float>());
    }

    [Fact]
    public void Impossible_requests_are_refused()
    {
        using var scope = NewDisposeScope();
        var gallery = new FeatureSet(torch.ones(3, 2), [0, 0, 1]);

        Assert.Contains("the gallery has 3", Assert.Throws<ArgumentException>(() => Knn.Classify(gallery, gallery)).Message);
        Assert.Contains("2 wide", Assert.Throws<ArgumentException>(() => Knn.Classify(gallery, new(torch.ones(3, 4), [0, 0, 1]), k: 1)).Message);
    }
}
