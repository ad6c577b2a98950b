namespace MimKit.Methods;

/// <summary>
/// A term that regresses a teacher's features beside a method's own loss: DTM on top of MAE, BEiT v2 or ClusterMIM (Kim et al., ICLR 2025, arXiv 2401.00254).
/// It has a head of its own on the method's latents.
/// </summary>
public sealed record FeatureTerm
{
    public Positions Positions { get; init; } = Positions.All;
    public Morphing Morphing { get; init; } = new DynamicMorphing();
    public Objective Objective { get; init; } = new Cosine();
    public double Weight { get; init; } = 1;

    /// <summary>The method's terms with this one for the given features; without features, the terms alone.</summary>
    internal Term[] After(Target? features, params Term[] terms) =>
        features is null ? terms : [.. terms, new(Output.Feature, features, Positions, Morphing, Objective, Weight)];
}
