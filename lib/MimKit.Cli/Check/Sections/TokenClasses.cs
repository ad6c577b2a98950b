using MimKit.Metrics;
using MimKit.Torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>TCAS and what stands beside it.</summary>
static class TokenClasses
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["tcas"] = Tcas };

    static void Tcas(ReferenceCase stored, Findings found)
    {
        if (!stored.Has("token_ids")) throw new NotSupportedException("soft assignments have no counts of whole patches");
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
}
