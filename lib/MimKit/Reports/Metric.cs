namespace MimKit.Reports;

/// <summary>A number that tables compare: its name, unit and direction.</summary>
/// <param name="Name">"linear probe".</param>
/// <param name="Unit">"%", or "" for a pure number.</param>
/// <param name="Decimals">Digits after the point.</param>
public sealed record Metric(string Name, string Unit = "", int Decimals = 4)
{
    public static Metric LinearProbe { get; } = new("linear probe", "%", 2);
    public static Metric FineTune { get; } = new("fine-tune", "%", 2);
    public static Metric Knn { get; } = new("kNN-20", "%", 2);
    /// <summary>Lower is better.</summary>
    public static Metric Tcas { get; } = new("TCAS");
    /// <summary>Mean intersection over union of a segmentation.</summary>
    public static Metric MeanIoU { get; } = new("mIoU", "%", 1);
    public static Metric ImageNetA { get; } = new("ImageNet-A", "%", 1);
    public static Metric ImageNetR { get; } = new("ImageNet-R", "%", 1);
    public static Metric ImageNetSketch { get; } = new("ImageNet-Sketch", "%", 1);
    /// <summary>Of a tokenizer's decoder; lower is better.</summary>
    public static Metric ReconstructionLoss { get; } = new("reconstruction loss", "", 3);
    /// <summary>Share of the codes in use.</summary>
    public static Metric CodebookUse { get; } = new("codebook use", "%", 1);
    public static Metric ZeroShot { get; } = new("zero-shot", "%", 1);
    /// <summary>Mean cosine of an image's patches.</summary>
    public static Metric PatchSimilarity { get; } = new("patch similarity", "", 2);
    public static Metric FineTuneGain { get; } = new("fine-tune gain", "points", 1);
    public static Metric MeanIoUGain { get; } = new("mIoU gain", "points", 1);

    /// <summary>"linear probe (%)".</summary>
    public override string ToString() => Unit.Length > 0 ? $"{Name} ({Unit})" : Name;
}
