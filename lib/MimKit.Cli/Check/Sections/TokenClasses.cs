using MimKit.Metrics;
using MimKit.Torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>TCAS and what stands beside it.</summary>
static class TokenClasses
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["tcas"] = Tcas };

    static void Tcas(ReferenceCase stored, Findings found)
    {
        if (!stored.Has("token_ids"))
        {
            Soft(stored, found);
            return;
        }
        var classes = stored.Integer("classes");
        var counts = new TokenCounts((int)stored["token_ids"].size(1), stored.Integer("tokens"), classes);
        counts.Add(stored["token_ids"].ToArray<long>(), Array.ConvertAll(stored["labels"].ToArray<long>(), label => (int)label));
        var result = Metrics.Tcas.Compute(counts);

        found.Compare("cooccurrence", [.. counts.Pooled().Cast<long>().Select(n => (double)n)]);
        found.Compare("class_similarity", [.. Metrics.Tcas.ClassCosines(counts.Pooled())!.Cast<double>()]);
        found.Compare("frobenius_squared", [result.Plain * classes * classes]);
        found.Compare("tcas", [result.Plain]);
        found.Compare("mean_offdiagonal_cosine", [result.Statistics.MeanOffDiagonalCosine]);
        found.Leave("normalised", "class_similarity is");
    }

    // each patch spreads one unit over the tokens
    static void Soft(ReferenceCase stored, Findings found)
    {
        var (tokens, classes) = (stored.Integer("tokens"), stored.Integer("classes"));
        var (spread, labels) = (stored["assignments"].to(torch.float64).sum(1L).ToArray<double>(), stored["labels"].ToArray<long>());   // [images, tokens]
        var r = new double[tokens, classes];
        for (var i = 0; i < spread.Length; i++) r[i % tokens, labels[i / tokens]] += spread[i];
        var (tcas, cosines) = (Metrics.Tcas.Alignment(r), Metrics.Tcas.ClassCosines(r)!);
        var diagonal = Enumerable.Range(0, classes).Sum(j => cosines[j, j]);

        found.Compare("cooccurrence", [.. r.Cast<double>()]);
        found.Compare("class_similarity", [.. cosines.Cast<double>()]);
        found.Compare("frobenius_squared", [tcas * classes * classes]);
        found.Compare("tcas", [tcas]);
        found.Compare("mean_offdiagonal_cosine", [(cosines.Cast<double>().Sum() - diagonal) / (classes * (classes - 1.0))]);
        found.Leave("normalised", "class_similarity is");
    }
}
