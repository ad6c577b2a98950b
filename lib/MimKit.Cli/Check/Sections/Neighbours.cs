using MimKit.Evaluation;
using MimKit.Torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>DINO's nearest-neighbour classification.</summary>
static class Neighbours
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["knn"] = Knn };

    static void Knn(ReferenceCase stored, Findings found)
    {
        var (k, temperature) = (stored.Integer("k"), stored.Number("temperature"));
        var gallery = new FeatureSet(stored["train_features"], Labels("train_labels"));
        var queries = new FeatureSet(stored["test_features"], Labels("test_labels"));
        var votes = Evaluation.Knn.Votes(gallery.X, gallery.Labels, queries.X, k, temperature);
        var best = votes.topk(Math.Min(5, k)).indexes;                             // [Q, 5]
        var hits = best.eq(stored["test_labels"].unsqueeze(1)).to(torch.float64).sum([1]);

        found.Compare("votes", votes);
        found.Compare("prediction", votes.argmax(1));
        found.Compare("top1", [100 * Evaluation.Knn.Classify(gallery, queries, k, temperature).Accuracy]);
        found.Compare("top5", [100 * hits.mean().item<double>()]);
        found.Leave("neighbour_index", "only its vote is kept");
        found.Leave("neighbour_similarity", "only its vote is kept");

        int[] Labels(string name) => Array.ConvertAll(stored[name].ToArray<long>(), label => (int)label);
    }
}
