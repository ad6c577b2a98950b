namespace MimKit.Reports;

public static partial class Paper
{
    /// <summary>On the Role of Discrete Tokenization in Visual Representation Learning (ICLR 2024, arXiv 2407.09087). Its tables are known from reviews alone.</summary>
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

        /// <summary>All of them.</summary>
        public static IReadOnlyList<PaperTable> Tables => [Table2, Table3, Table4];
    }
}
