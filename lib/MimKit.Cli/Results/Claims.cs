using MimKit.Ablations;
using MimKit.Reports;

namespace MimKit.Cli.Results;

/// <summary>A claim as the command line lists it: it can be tried where arms can be trained.</summary>
interface ITriable
{
    /// <summary>On the command line.</summary>
    string Name { get; }

    /// <summary>In one sentence.</summary>
    string Statement { get; }

    /// <summary>Where it is made.</summary>
    string Source { get; }

    /// <summary>Both sides, in words.</summary>
    string Sides { get; }

    /// <summary>The shared teachers and tokenizers that it is tried with.</summary>
    IEnumerable<string> LearnsFrom { get; }

    /// <summary>The claim, its differences in points of accuracy.</summary>
    Claim With(ArmRunner runner);

    /// <summary>All of them.</summary>
    static IReadOnlyList<ITriable> All { get; } = [.. PairedClaim.All, FineTuningClaim.PretrainingPays];
}

/// <summary>The papers' claims that the kit can try: of two paired arms, the first is said to be better.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Statement">In one sentence.</param>
/// <param name="Source">Where it is made.</param>
/// <param name="Better">Said to be better.</param>
/// <param name="Worse">Than this.</param>
sealed record PairedClaim(string Name, string Statement, string Source, NamedArm Better, NamedArm Worse) : ITriable
{
    const string DtmPaper = "DTM (Kim et al., ICLR 2025, arXiv 2401.00254)";
    static readonly NamedArm Dtm = new("DTM", "dtm", "Teacher=DINO"), Cluster50 = new("ClusterMIM, K = 50", "cluster-mim", "Clusters=50"), BeitV2 = new("BEiT v2", "beit2", "Tokenizer=VQ-KD");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PairedClaim> All { get; } =
    [
        new("clusters-beat-pixels", "Predicting clusters of pixels gives better linear features than regressing pixels.", "ClusterMIM (Du et al., ICLR 2024, arXiv 2407.09087), Table 3",
            Cluster50, new("MAE", "mae")),
        new("pixel-clusters-want-few", "A codebook of pixel clusters is better small: 50 clusters beat 500.", "ClusterMIM (arXiv 2407.09087), Table 4, as reviews tell it",
            Cluster50, new("ClusterMIM, K = 500", "cluster-mim", "Clusters=500")),
        new("clusters-beat-vq-codes", "Clusters of a teacher's features are better tokens than VQ-KD codes of the same teacher.", "ClusterMIM (arXiv 2407.09087), Table 2, as reviews tell it",
            new("ClusterMIM, DINO clusters", "cluster-mim", "Tokenizer=DINO-CLUSTERS"), new("VQ-KD codes", "cluster-mim", "Tokenizer=VQ-KD")),
        new("aggregation-helps-the-probe", "Patch aggregation gives better linear features.", "BEiT v2 (Peng et al., 2022, arXiv 2208.06366), Table 5",
            BeitV2, new("BEiT v2 without aggregation", "beit2", "Tokenizer=VQ-KD", "Aggregation=null")),
        new("two-blocks-beat-three", "A patch aggregation of 2 blocks is better than one of 3.", "BEiT v2 (arXiv 2208.06366), Table 5, as its text tells it",
            BeitV2, new("3 blocks", "beit2", "Tokenizer=VQ-KD", "Aggregation.Blocks=3")),
        new("a-shared-head-helps", "One head for both of BEiT v2's predictions is better than two.", "BEiT v2 (arXiv 2208.06366), Table 5, as its text tells it",
            BeitV2, new("two heads", "beit2", "Tokenizer=VQ-KD", "Aggregation.SharedHead=false")),
        new("morphing-helps", "Morphed targets are better than the teacher's features token by token.", $"{DtmPaper}, section 5.2",
            Dtm, new("token by token", "dtm", "Teacher=DINO", "Morphing=None")),
        new("dynamic-beats-fixed", "A granularity that changes every step is better than a fixed one.", $"{DtmPaper}, Table 7, as reviews tell it",
            Dtm, new("24 tokens, always", "dtm", "Teacher=DINO", "Morphing.FewestTokens=24", "Morphing.MostTokens=24")),
        new("more-than-distillation", "Hiding patches matters: DTM is more than distillation of its teacher.", $"{DtmPaper}; asked by reviewers",
            Dtm, new("nothing hidden", "dtm", "Teacher=DINO", "Masking=None")),
        new("uniformity-helps", "Pushing features of images apart gives MAE better linear features.", "U-MAE (Zhang et al., NeurIPS 2022, arXiv 2210.08344)",
            new("U-MAE", "u-mae"), new("MAE", "mae")),
    ];

    public string Sides => $"{Better.Name} against {Worse.Name}";

    /// <summary>The shared teachers and tokenizers that it is tried with.</summary>
    public IEnumerable<string> LearnsFrom => Better.LearnsFrom.Union(Worse.LearnsFrom);

    /// <summary>The claim about the linear probe, in points of accuracy.</summary>
    public Claim With(ArmRunner runner) => new(Name, Statement, Source, $"linear probe of {Better.Name} − {Worse.Name}", setting =>
    {
        double[] Probe(NamedArm arm) => [.. runner.Cells(arm, setting.Seeds).Select(cell => cell.Outcome.Values[Metric.LinearProbe.Name])];
        return [.. Probe(Better).Zip(Probe(Worse), (better, worse) => better - worse)];
    });
}
