namespace MimKit.Reports;

public static partial class Paper
{
    /// <summary>
    /// Morphing Tokens Draw Strong Masked Image Models (Kim et al., ICLR 2025, arXiv 2401.00254). None of its tables was read: what is here comes from a summary
    /// and from public reviews, and rows are named after what those say.
    /// </summary>
    public static class Dtm
    {
        const string Summary = "second-hand: a published summary of the paper", ImageNet = "ImageNet-1k, targets of CLIP ViT-B/16";

        public const string Dynamic = "DTM", TokenWise = "token by token (baseline)", Bipartite = "bipartite matching", KMeans = "k-means", Superpixel = "superpixels", Fixed = "fixed number of tokens", ImageLevel = "image-level";

        /// <summary>The main comparison, section 5.1.</summary>
        public static PaperTable Comparison { get; } = new("DTM, section 5.1: main comparison", $"{ImageNet}, 300 epochs unless the row says otherwise", [Metric.FineTune, Metric.MeanIoU],
            ["MVP, ViT-B", "DeepMIM, ViT-B", "BEiT v2, ViT-B", "DTM, ViT-B", "DTM, ViT-B, 800", "DTM, ViT-L", "DTM, ViT-S"], Said(Metric.FineTune,
                ("MVP, ViT-B", 84.4), ("DeepMIM, ViT-B", 84.8), ("BEiT v2, ViT-B", 85.0), ("DTM, ViT-B", 85.4), ("DTM, ViT-B, 800", 85.5), ("DTM, ViT-L", 86.7)));

        /// <summary>The pilot study, section 3: a teacher's tokens as they are, and aggregated from 196 to 98.</summary>
        public static PaperTable Pilot { get; } = new("DTM, section 3: spatial inconsistency", "CLIP ViT-B/16, tokens of 224-pixel images", [Metric.ZeroShot, Metric.LinearProbe, Metric.PatchSimilarity],
            ["196 tokens", "98 aggregated tokens"], PilotCells());

        /// <summary>Gains in points over the same framework without DTM, sections 5.2 and 5.3.</summary>
        public static PaperTable Gains { get; } = new("DTM, sections 5.2 and 5.3: gains", "points over the same framework without it", [Metric.FineTuneGain, Metric.MeanIoUGain],
            ["over the baseline", "MAE + CLIP", "BEiT v2", "BYOL", "SLIP", "over earlier self-supervised methods"], GainCells());

        /// <summary>Ways to group tokens, section 5.2; of its numbers none was read. In words: k-means gains about as much and is much slower; superpixels are called inefficient.</summary>
        public static PaperTable Morphing { get; } = new("DTM, section 5.2: ways to morph", ImageNet, [Metric.FineTune, Metric.LinearProbe], [TokenWise, Superpixel, KMeans, Bipartite, ImageLevel], new Dictionary<(string, Metric), PaperCell>());

        /// <summary>Table 7, the dynamic mechanism; of its numbers none was read. In words: without it accuracy falls below the baseline.</summary>
        public static PaperTable Table7 { get; } = new("DTM, Table 7: the dynamic mechanism", ImageNet, [Metric.FineTune, Metric.LinearProbe], [TokenWise, Fixed, Dynamic], new Dictionary<(string, Metric), PaperCell>());

        /// <summary>All of them.</summary>
        public static IReadOnlyList<PaperTable> Tables => [Comparison, Pilot, Gains, Morphing, Table7];

        static Dictionary<(string Row, Metric Metric), PaperCell> Said(Metric metric, params (string Row, double Value)[] values)
        {
            var cells = new Dictionary<(string Row, Metric Metric), PaperCell>();
            Add(cells, metric, value => PaperCell.Read(value, Summary), values);
            return cells;
        }

        static Dictionary<(string Row, Metric Metric), PaperCell> PilotCells()
        {
            var cells = Said(Metric.ZeroShot, ("196 tokens", 26.5), ("98 aggregated tokens", 30.8));
            Add(cells, Metric.LinearProbe, value => PaperCell.Read(value, Summary), ("196 tokens", 44.2), ("98 aggregated tokens", 46.3));
            Add(cells, Metric.PatchSimilarity, value => PaperCell.Read(value, Summary), ("196 tokens", 0.53), ("98 aggregated tokens", 0.56));
            return cells;
        }

        static Dictionary<(string Row, Metric Metric), PaperCell> GainCells()
        {
            var cells = Said(Metric.FineTuneGain, ("over the baseline", 1.1), ("MAE + CLIP", 0.5), ("BEiT v2", 0.2), ("BYOL", 0.4));
            Add(cells, Metric.MeanIoUGain, value => PaperCell.Read(value, Summary), ("over earlier self-supervised methods", 0.3));
            return cells;
        }
    }
}
