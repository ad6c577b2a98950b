namespace MimKit.Metrics;

/// <summary>TCAS of one tokenizer in its three forms, with the companions; shows itself as a table. Lower TCAS: better aligned.</summary>
public sealed record TcasResult
{
    /// <summary>All patches and tokens.</summary>
    public required double Plain { get; init; }
    /// <summary>The commonest token left out; NaN where no other occurs.</summary>
    public required double WithoutModal { get; init; }
    /// <summary>TCAS of each position's own R, averaged over positions.</summary>
    public required double ByPosition { get; init; }
    /// <summary>The commonest token (the first of equals).</summary>
    public required int ModalToken { get; init; }
    /// <summary>Its share of all patches.</summary>
    public required double ModalMass { get; init; }
    public required int EmptyClasses { get; init; }
    public required int CodebookSize { get; init; }
    public required long Patches { get; init; }
    public required TokenStatistics Statistics { get; init; }

    public IReadOnlyDictionary<string, object> MimeBundle() => Table([("tokenizer", this)]).MimeBundle();

    /// <summary>Several tokenizers below each other.</summary>
    public static MetricTable Table(IEnumerable<(string Tokenizer, TcasResult Result)> rows, string title = "TCAS and token statistics")
    {
        var list = rows.ToList();
        var empty = list.Max(row => row.Result.EmptyClasses);
        return new MetricTable(title,
            ["tokenizer", "codes used", "TCAS", "without modal", "by position", "modal mass", "perplexity", "H(class|token) / nats",
             "NMI", "purity", "mean cosine", "walk"],
            [.. list.Select(row => Cells(row.Tokenizer, row.Result))],
            $"{list[0].Result.Patches:N0} patches. TCAS: lower is better; the equation is recalled, never read (arXiv 2407.09087)." +
            (empty > 0 ? $" {empty} class(es) have no image and count as an empty column." : ""));
    }

    private static object?[] Cells(string tokenizer, TcasResult t) =>
    [
        tokenizer, $"{t.Statistics.UsedCodes} / {t.CodebookSize}", t.Plain, t.WithoutModal, t.ByPosition, t.ModalMass, t.Statistics.Perplexity,
        t.Statistics.ClassEntropyGivenToken, t.Statistics.NormalisedMutualInformation, t.Statistics.Purity,
        t.Statistics.MeanOffDiagonalCosine, t.Statistics.WalkOffDiagonal,
    ];
}
