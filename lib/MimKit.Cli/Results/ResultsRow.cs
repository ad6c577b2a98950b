namespace MimKit.Cli.Results;

/// <summary>A method of the results table.</summary>
/// <param name="Arm">How it is trained.</param>
/// <param name="Target">What it predicts: a control of its own, measured once for all rows that share it.</param>
sealed record ResultsRow(NamedArm Arm, string Target)
{
    const string Pixels = "pixels, standardised in each patch", Teacher = "DINO features", Codes = "VQ-KD codes", Clusters50 = "pixel clusters, K = 50";

    /// <summary>In the order in which they are run and stand in the table: the three papers' methods, what they are compared with, their variants.</summary>
    public static IReadOnlyList<ResultsRow> All { get; } =
    [
        new(new("ClusterMIM, pixels, K = 50", "cluster-mim", "Clusters=50"), Clusters50),
        new(new("BEiT v2", "beit2", "Tokenizer=VQ-KD"), Codes),
        new(new("DTM", "dtm", "Teacher=DINO"), Teacher),
        new(new("MAE", "mae"), Pixels),
        new(new("ClusterMIM, DINO, K = 100", "cluster-mim", "Tokenizer=DINO-CLUSTERS"), "clusters of DINO features, K = 100"),
        new(new("feature regression (MVP-like)", "feature-regression", "Teacher=DINO"), Teacher),
        new(new("BEiT v2 without aggregation", "beit2", "Tokenizer=VQ-KD", "Aggregation=null"), Codes),
        new(new("SimMIM", "simmim"), "pixels"),
        new(new("MaskFeat", "maskfeat"), "HOG"),
        new(new("U-MAE", "u-mae"), Pixels),
        new(new("data2vec-like", "data2vec"), "the student's own average, at its start"),
        new(new("BEiT", "beit", "Tokenizer=DVAE"), "dVAE codes"),
        new(new("DTM, nothing hidden (distillation)", "dtm", "Teacher=DINO", "Masking=None"), Teacher),
        new(new("DTM, token by token", "dtm", "Teacher=DINO", "Morphing=None"), Teacher),
        new(new("DTM, image-level", "dtm", "Teacher=DINO", "Morphing=ImageLevel"), Teacher),
        new(new("MAE + DTM", "mae", "Teacher=DINO"), Pixels),
        new(new("ClusterMIM + DTM", "cluster-mim", "Clusters=50", "Teacher=DINO"), Clusters50),
        new(new("BEiT v2 + DTM", "beit2", "Tokenizer=VQ-KD", "Teacher=DINO"), Codes),
        new(new("ClusterMIM, morphed clusters", "cluster-mim", "Clusters=50", "Morphing=Dynamic"), Clusters50),
    ];

    /// <summary>The rows whose name contains one of the texts; all where none is given.</summary>
    /// <exception cref="ArgumentException">No row does; the message lists them.</exception>
    public static IReadOnlyList<ResultsRow> Named(IReadOnlyList<string> texts)
    {
        var chosen = All.Where(row => texts.Count == 0 || texts.Any(text => row.Arm.Name.Contains(text, StringComparison.OrdinalIgnoreCase))).ToList();
        return chosen.Count > 0 ? chosen : throw new ArgumentException($"no method's name contains {string.Join(" or ", texts)}.\n  there are: {string.Join("; ", All.Select(row => row.Arm.Name))}");
    }
}
