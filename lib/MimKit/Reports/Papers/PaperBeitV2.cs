namespace MimKit.Reports;

public static partial class Paper
{
    /// <summary>BEiT v2: Masked Image Modeling with Vector-Quantized Visual Tokenizers (Peng et al., 2022, arXiv 2208.06366). Its text was read, its tables were not.</summary>
    public static class BeitV2
    {
        const string Text = "the paper's text, section 3.2", Zoo = "the released models' README, microsoft/unilm @768a3c8, beit2", Figure = "the paper's Figure 1";
        const string Timm = "independent evaluation of the released weights: timm, results/*.csv", MaeReadme = "MAE's README, facebookresearch/mae @efb2a80";

        /// <summary>Fine-tuning on ImageNet-1k and segmentation on ADE20K (UPerNet, 512 pixels, one scale).</summary>
        public static PaperTable Table1 { get; } = MainTable();

        /// <summary>Linear probe after 300 epochs, ViT-B.</summary>
        public static PaperTable Table2 { get; } = new("BEiT v2, Table 2: linear probe", "ImageNet-1k, ViT-B, 300 epochs of pre-training",
            [Metric.LinearProbe], ["BEiT v2", "BEiT", "CAE", "MVP", "MoCo v3", "MAE, 1600 epochs"], LinearProbes());

        /// <summary>Robustness of fine-tuned models. The printed cells were not read; other evaluations of the same weights stand in rows of their own.</summary>
        public static PaperTable Table3 { get; } = new("BEiT v2, Table 3: robustness", "models fine-tuned on ImageNet-1k, 224 pixels",
            [Metric.ImageNetA, Metric.ImageNetR, Metric.ImageNetSketch],
            ["MAE, ViT-B", "BEiT v2, ViT-B", "MAE, ViT-L", "BEiT v2, ViT-L", "BEiT v2, ViT-B, released weights", "BEiT v2, ViT-L, released weights", "BEiT v2, ViT-L, author's log"], Robustness());

        public const string Shallow = "decoder of 1 block", Default = "decoder of 3 blocks (default)";

        /// <summary>The tokenizer: decoder, codebook, use, and what it is worth. Without patch aggregation, 300 epochs.</summary>
        public static PaperTable Table4 { get; } = new("BEiT v2, Table 4: VQ-KD", "CLIP teacher, 8192 codes of width 32, ViT-B, 300 epochs without patch aggregation",
            [Metric.ReconstructionLoss, Metric.CodebookUse, Metric.FineTune, Metric.LinearProbe, Metric.MeanIoU], [Shallow, Default],
            new Dictionary<(string, Metric), PaperCell>
            {
                [(Shallow, Metric.CodebookUse)] = PaperCell.Read(100, $"{Zoo}, TOKENIZER.md"),
                [(Default, Metric.CodebookUse)] = PaperCell.Read(97, $"{Zoo}, TOKENIZER.md; the paper's text says 95"),
            });

        public const string NoAggregation = "no aggregation", OneBlock = "1 block", TwoBlocks = "2 blocks, shared head (default)", ThreeBlocks = "3 blocks", OwnHead = "2 blocks, own head";

        /// <summary>Patch aggregation: which block, how many blocks, shared head. Findings in words: any is better than none, mostly in the linear probe; 1 or 2 blocks beat 3; sharing the head helps.</summary>
        public static PaperTable Table5 { get; } = new("BEiT v2, Table 5: patch aggregation", "ImageNet-1k, ViT-B, 300 epochs of pre-training, patches of block 9 of 12",
            [Metric.FineTune, Metric.LinearProbe, Metric.MeanIoU], [NoAggregation, OneBlock, TwoBlocks, ThreeBlocks, OwnHead],
            new Dictionary<(string, Metric), PaperCell>
            {
                [(TwoBlocks, Metric.FineTune)] = PaperCell.Read(85.0, $"the same model in Table 1: {Text}"),
                [(TwoBlocks, Metric.LinearProbe)] = PaperCell.Read(80.1, $"the same model in Table 2: {Text}"),
            });

        /// <summary>The teacher of VQ-KD. Findings in words: teacher and VQ-KD encoder, fine-tuned, are both below the pre-trained model, the encoder below its teacher.</summary>
        public static PaperTable Table6 { get; } = new("BEiT v2, Table 6: targets", "ViT-B, 300 epochs of pre-training",
            [Metric.FineTune, Metric.MeanIoU], ["teacher DINO", "VQ-KD encoder of DINO", "BEiT v2, DINO", "teacher CLIP", "VQ-KD encoder of CLIP", "BEiT v2, CLIP"],
            new Dictionary<(string, Metric), PaperCell>
            {
                [("BEiT v2, DINO", Metric.FineTune)] = PaperCell.Read(84.4, "the paper's text, section 3.4"),
                [("BEiT v2, DINO", Metric.MeanIoU)] = PaperCell.Read(49.2, "the paper's text, section 3.4"),
                [("BEiT v2, CLIP", Metric.FineTune)] = PaperCell.Read(85.0, $"the same model in Table 1: {Text}"),
            });

        /// <summary>All of them.</summary>
        public static IReadOnlyList<PaperTable> Tables => [Table1, Table2, Table3, Table4, Table5, Table6];

        static PaperTable MainTable()
        {
            var cells = new Dictionary<(string Row, Metric Metric), PaperCell>();
            Add(cells, Metric.FineTune, value => PaperCell.Read(value, Text), ("BEiT v2, ViT-B, 300", 85.0), ("BEiT v2, ViT-L, 300", 86.6));
            Add(cells, Metric.FineTune, value => PaperCell.Read(value, Zoo), ("BEiT v2, ViT-B, 1600", 85.5), ("BEiT v2, ViT-B, 1600, ImageNet-21k", 86.5),
                ("BEiT v2, ViT-L, 1600", 87.3), ("BEiT v2, ViT-L, 1600, ImageNet-21k", 88.4));
            Add(cells, Metric.MeanIoU, value => PaperCell.Read(value, Zoo), ("BEiT v2, ViT-B, 1600", 53.1), ("BEiT v2, ViT-B, 1600, ImageNet-21k", 53.5),
                ("BEiT v2, ViT-L, 1600", 56.7), ("BEiT v2, ViT-L, 1600, ImageNet-21k", 57.5));
            Add(cells, Metric.FineTune, value => PaperCell.Derived(value, $"85.0 and the gap that {Text} states"), ("BEiT, ViT-B, 300", 82.9), ("CAE, ViT-B, 300", 83.6),
                ("SplitMask, ViT-B, 300", 83.6), ("PeCo, ViT-B, 300", 84.1));
            Add(cells, Metric.FineTune, value => PaperCell.Plot(value, Figure), ("iBOT, ViT-B", 83.8), ("MVP, ViT-B, 300", 84.4), ("BEiT, ViT-B, 800", 83.2), ("CAE, ViT-B, 800", 83.8),
                ("data2vec, ViT-B, 800", 84.1), ("PeCo, ViT-B, 800", 84.5), ("MAE, ViT-B, 1600", 83.6), ("MaskFeat, ViT-B, 1600", 84.0), ("MVP, ViT-L, 300", 86.2), ("BEiT, ViT-L, 800", 85.2),
                ("MaskFeat, ViT-L, 800", 85.4), ("BootMAE, ViT-L, 800", 85.9), ("PeCo, ViT-L, 800", 86.5), ("CAE, ViT-L, 1600", 86.2), ("MAE, ViT-L, 1600", 85.9), ("MaskFeat, ViT-L, 1600", 85.7), ("data2vec, ViT-L, 1600", 86.6));
            return new("BEiT v2, Table 1: fine-tuning and segmentation", "ImageNet-1k at 224 pixels, ADE20K; epochs of pre-training stand in the row", [Metric.FineTune, Metric.MeanIoU],
                [.. cells.Keys.Select(key => key.Row).Distinct().OrderBy(row => row.Contains("ViT-L")).ThenBy(row => row.StartsWith("BEiT v2"))], cells);
        }

        static Dictionary<(string Row, Metric Metric), PaperCell> LinearProbes()
        {
            var cells = new Dictionary<(string Row, Metric Metric), PaperCell> { [("BEiT v2", Metric.LinearProbe)] = PaperCell.Read(80.1, Text) };
            Add(cells, Metric.LinearProbe, value => PaperCell.Derived(value, $"80.1 and the gap that {Text} states"), ("BEiT", 56.7), ("CAE", 64.1), ("MVP", 75.4));
            return cells;
        }

        static Dictionary<(string Row, Metric Metric), PaperCell> Robustness()
        {
            var cells = new Dictionary<(string Row, Metric Metric), PaperCell>();
            Add(cells, Metric.ImageNetA, value => PaperCell.Read(value, MaeReadme), ("MAE, ViT-B", 35.9), ("MAE, ViT-L", 57.1));
            Add(cells, Metric.ImageNetR, value => PaperCell.Read(value, MaeReadme), ("MAE, ViT-B", 48.3), ("MAE, ViT-L", 59.9));
            Add(cells, Metric.ImageNetSketch, value => PaperCell.Read(value, MaeReadme), ("MAE, ViT-B", 34.5), ("MAE, ViT-L", 45.3));
            Add(cells, Metric.ImageNetA, value => PaperCell.Read(value, Timm), ("BEiT v2, ViT-B, released weights", 53.640), ("BEiT v2, ViT-L, released weights", 67.627));
            Add(cells, Metric.ImageNetR, value => PaperCell.Read(value, Timm), ("BEiT v2, ViT-B, released weights", 61.487), ("BEiT v2, ViT-L, released weights", 70.440));
            Add(cells, Metric.ImageNetSketch, value => PaperCell.Read(value, Timm), ("BEiT v2, ViT-B, released weights", 45.998), ("BEiT v2, ViT-L, released weights", 54.165));
            cells.Add(("BEiT v2, ViT-L, author's log", Metric.ImageNetR), PaperCell.Read(69.940, $"{Zoo}, get_started_for_image_classification.md"));
            return cells;
        }
    }
}
