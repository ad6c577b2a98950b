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
    public static Evaluated Classify(FeatureSet gallery, FeatureSet queries, int k = 20, double temperature = 0.07)
    {
        if (k < 1 || k > gallery.Count) throw new ArgumentException($"k is {k}, but the gallery has {gallery.Count} features; choose 1 to {gallery.Count}.");
        if (gallery.X.shape[1] != queries.X.shape[1])
            throw new ArgumentException($"The gallery's features are {gallery.X.shape[1]} wide, the queries' {queries.X.shape[1]}; use one encoder for both.");
        var start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        using var _ = no_grad();

        var predicted = Votes(gallery.X, gallery.Labels, queries.X, k, temperature).argmax(1).ToArray<long>();
        var correct = new bool[queries.Count];
        for (var i = 0; i < correct.Length; i++) correct[i] = predicted[i] == queries.Labels[i];
        return new($"kNN-{k}", queries.Source, correct, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>The summed weights of every class: [queries, classes] float32.</summary>
    public static Tensor Votes(Tensor gallery, int[] labels, Tensor queries, int k, double temperature)
    {
        using var scope = NewDisposeScope();
        var classes = labels.Max() + 1;
        var votes = torch.zeros(queries.shape[0], classes);                                  // [Q, C]
        var columns = UnitLength(gallery).t();                                               // [D, n]
        var labelOf = torch.tensor(Array.ConvertAll(labels, label => (long)label));          // [n]
        var tile = Math.Max(1, TileBytes / sizeof(float) / gallery.shape[0]);
        for (long first = 0; first < queries.shape[0]; first += tile)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(tile, queries.shape[0] - first);
            var similarity = UnitLength(queries.narrow(0, first, rows)).matmul(columns);     // [rows, n]
            var (nearest, index) = similarity.topk(k);                                       // [rows, k]
            var voters = labelOf.index_select(0, index.reshape(-1)).reshape(rows, k);
            votes.narrow(0, first, rows).scatter_add_(1, voters, nearest.div(temperature).exp());
        }
        return votes.MoveToOuterDisposeScope();
    }

    static Tensor UnitLength(Tensor x) => x / x.norm(1, keepdim: true).clamp(min: 1e-12);
}
