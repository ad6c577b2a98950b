using System.Diagnostics;

namespace MimKit.Evaluation;

/// <summary>
/// Weighted nearest-neighbour classification as DINO evaluates it (facebookresearch/dino, eval_knn.py): cosine similarity, the
/// k nearest vote with exp(similarity / temperature). Nothing is trained and nothing chosen.
/// </summary>
public static class Knn
{
    const int TileBytes = 64 << 20;                      // a tile of similarities; never queries x gallery

    /// <summary>Classifies every query by the gallery.</summary>
    /// <param name="gallery">Labelled features: train, or train + val.</param>
    /// <param name="queries">What is measured.</param>
    /// <param name="k">Neighbours that vote; at most the gallery's size.</param>
    /// <param name="temperature">Of the vote's weight; 0.07 in DINO.</param>
    /// <exception cref="ArgumentException">k is larger than the gallery, or the widths differ.</exception>
    /// <exception cref="InvalidDataException">A feature is NaN or infinite.</exception>
    public static Evaluated Classify(FeatureSet gallery, FeatureSet queries, int k = 20, double temperature = 0.07) => ByK(gallery, queries, [k], temperature)[0];

    /// <summary>The same for several k, the similarities computed once.</summary>
    /// <param name="gallery">Labelled features.</param>
    /// <param name="queries">What is measured.</param>
    /// <param name="ks">Neighbours that vote, each at most the gallery's size.</param>
    /// <param name="temperature">Of the vote's weight.</param>
    /// <returns>One result a k, in the order given.</returns>
    public static IReadOnlyList<Evaluated> ByK(FeatureSet gallery, FeatureSet queries, IReadOnlyList<int> ks, double temperature = 0.07)
    {
        foreach (var k in ks)
            if (k < 1 || k > gallery.Count) throw new ArgumentException($"k is {k}, but the gallery has {gallery.Count} features; choose 1 to {gallery.Count}.");
        if (gallery.X.shape[1] != queries.X.shape[1])
            throw new ArgumentException($"The gallery's features are {gallery.X.shape[1]} wide, the queries' {queries.X.shape[1]}; use one encoder for both.");
        var start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var votes = Votes(gallery.Checked().X, gallery.Labels, queries.Checked().X, ks, temperature);
        return [.. ks.Zip(votes, (k, vote) =>
        {
            var predicted = vote.argmax(1).ToArray<long>();
            return new Evaluated($"kNN-{k}", queries.Source, [.. predicted.Zip(queries.Labels, (said, label) => said == label)], Stopwatch.GetElapsedTime(start).TotalSeconds);
        })];
    }

    /// <summary>The summed weights of every class: [queries, classes] float32.</summary>
    public static Tensor Votes(Tensor gallery, int[] labels, Tensor queries, int k, double temperature) => Votes(gallery, labels, queries, [k], temperature)[0];

    static List<Tensor> Votes(Tensor gallery, int[] labels, Tensor queries, IReadOnlyList<int> ks, double temperature)
    {
        using var scope = NewDisposeScope();
        var classes = labels.Max() + 1;
        var votes = ks.Select(_ => torch.zeros(queries.shape[0], classes)).ToList();         // each [Q, C]
        var columns = UnitLength(gallery).t();                                               // [D, n]
        var labelOf = torch.tensor(Array.ConvertAll(labels, label => (long)label));          // [n]
        var tile = Math.Max(1, TileBytes / sizeof(float) / gallery.shape[0]);
        for (long first = 0; first < queries.shape[0]; first += tile)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(tile, queries.shape[0] - first);
            var similarity = UnitLength(queries.narrow(0, first, rows)).matmul(columns);     // [rows, n]
            var (nearest, index) = similarity.topk(ks.Max());                                // [rows, k], the nearest first
            var weights = nearest.div(temperature).exp();
            var voters = labelOf.index_select(0, index.reshape(-1)).reshape(rows, ks.Max());
            foreach (var (k, vote) in ks.Zip(votes)) vote.narrow(0, first, rows).scatter_add_(1, voters.narrow(1, 0, k), weights.narrow(1, 0, k));
        }
        foreach (var vote in votes) vote.MoveToOuterDisposeScope();
        return votes;
    }

    static Tensor UnitLength(Tensor x) => x / x.norm(1, keepdim: true).clamp(min: 1e-12);
}
