// How Mask Matters: Towards Theoretical Understandings of Masked Autoencoders.
// Qi Zhang, Yifei Wang, Yisen Wang. NeurIPS 2022, arXiv 2210.08344.
//
// MAE with a term that keeps the encoder's features of different images apart. Values: METHODS 3.5.

namespace MimKit.Methods;

/// <summary>
/// U-MAE (Zhang, Wang and Wang, NeurIPS 2022, arXiv 2210.08344): <see cref="MaeConfig"/> with its uniformity term, 0.01 of the mean squared cosine of all pairs.
/// Which feature of an image is compared was not found: ours is the mean of the visible patches.
/// </summary>
public static class UMae
{
    private const double Weight = 0.01;

    public static MaeConfig Tiny16 { get; } = MaeConfig.Tiny16 with { Uniformity = Weight };
    public static MaeConfig Small16 { get; } = MaeConfig.Small16 with { Uniformity = Weight };
    public static MaeConfig Base16 { get; } = MaeConfig.Base16 with { Uniformity = Weight };
    public static MaeConfig Large16 { get; } = MaeConfig.Large16 with { Uniformity = Weight };

    /// <summary>28×28 grey images: ours.</summary>
    public static MaeConfig Mini28 { get; } = MaeConfig.Mini28 with { Uniformity = Weight };
}
