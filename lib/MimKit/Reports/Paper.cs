namespace MimKit.Reports;

/// <summary>One cell of a published table: a number and where it was read, or no number and why.</summary>
public sealed record PaperCell
{
    PaperCell(double? value, string source) => (Value, Source) = (value, source);

    /// <summary>In the metric's unit; null where no number could be read.</summary>
    public double? Value { get; }

    /// <summary>Where it was read, or why there is none.</summary>
    public string Source { get; }

    public static PaperCell Read(double value, string source) => new(value, source);
    public static PaperCell NotRead { get; } = new(null, "not published where we could read it");
}

/// <summary>A table of a paper as far as it is known. Numbers remembered but never read are not in it.</summary>
/// <param name="Title">"ClusterMIM, Table 3".</param>
/// <param name="Setting">Data, backbone and epochs of the paper's numbers.</param>
/// <param name="Metrics">Its columns.</param>
/// <param name="Rows">Its rows' names, in the paper's words.</param>
/// <param name="Cells">What was read.</param>
public sealed record PaperTable(
    string Title, string Setting, IReadOnlyList<Metric> Metrics, IReadOnlyList<string> Rows, IReadOnlyDictionary<(string Row, Metric Metric), PaperCell> Cells)
{
    /// <summary>A cell; <see cref="PaperCell.NotRead"/> where nothing is known.</summary>
    public PaperCell this[string row, Metric metric] => Cells.GetValueOrDefault((row, metric), PaperCell.NotRead);
}

/// <summary>The published tables that the kit's notebooks stand beside.</summary>
public static class Paper
{
    /// <summary>On the Role of Discrete Tokenization in Visual Representation Learning (ICLR 2024, arXiv 2407.09087).</summary>
    public static class ClusterMim
    {
        const string Review = "OpenReview, ICLR 2024, reviewer 4, quoting Table 3";
        const string ImageNet = "ImageNet-1k, 200 epochs of pre-training";

        public const string Mae = "MAE", Pixel = "ClusterMIM Pixel", Dino = "ClusterMIM DINO";

        /// <summary>TCAS and linear probe of tokenizers: none of its numbers could be read.</summary>
        public static PaperTable Table2 { get; } = new("ClusterMIM, Table 2: tokenizers", "data set not known",
            [Metric.Tcas, Metric.LinearProbe], [Pixel, Dino], new Dictionary<(string, Metric), PaperCell>());

        /// <summary>The main comparison.</summary>
        public static PaperTable Table3 { get; } = new("ClusterMIM, Table 3: main comparison", ImageNet,
            [Metric.LinearProbe, Metric.FineTune], [Mae, Pixel, Dino], new Dictionary<(string, Metric), PaperCell>
            {
                [(Dino, Metric.LinearProbe)] = PaperCell.Read(67.4, Review),
                [(Dino, Metric.FineTune)] = PaperCell.Read(83.8, Review),
                [(Mae, Metric.FineTune)] = PaperCell.Read(82.9, Review),
            });

        /// <summary>The number of clusters: its direction is reported (pixel: falls quickly with more; DINO: gains), none of its numbers.</summary>
        public static PaperTable Table4 { get; } = new("ClusterMIM, Table 4: number of clusters", "data set not known",
            [Metric.LinearProbe, Metric.FineTune], [Pixel, Dino], new Dictionary<(string, Metric), PaperCell>());
    }
}
