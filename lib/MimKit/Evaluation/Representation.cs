using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>A way to turn an image into one vector: a row of a table of frozen features, or one of a row's poolings.</summary>
/// <param name="Name">The row: "raw pixels", "MAE".</param>
/// <param name="Detail">What distinguishes representations of one name: "class token"; empty where there is one only.</param>
/// <param name="IsControl">Whether it is something to beat.</param>
/// <param name="Extract">Features of a set's images, in its order.</param>
public sealed record Representation(string Name, string Detail, bool IsControl, Func<ImageSet, FeatureSet> Extract)
{
    /// <summary>The image's own values.</summary>
    public static Representation RawPixels { get; } = new("raw pixels", "", true, Evaluation.Features.RawPixels);

    /// <summary>An encoder's two poolings. A set's images go through it once: the pooling that was not asked for is kept until it is.</summary>
    public static IReadOnlyList<Representation> Of(string name, IEncoder encoder, bool isControl = true)
    {
        var kept = new Dictionary<(ImageSet, Pooling), FeatureSet>();
        return [Pooled("mean of patches", Pooling.MeanPatches, Pooling.ClassToken), Pooled("class token", Pooling.ClassToken, Pooling.MeanPatches)];

        Representation Pooled(string detail, Pooling own, Pooling other) => new(name, detail, isControl, set =>
        {
            if (kept.Remove((set, own), out var known)) return known;
            using var scope = NewDisposeScope();
            using var off = no_grad();
            var both = Evaluation.Features.Extract(images => Both(encoder.Tokens(images)), set);
            var width = both.X.size(1) / 2;
            kept[(set, other)] = both with { X = both.X.narrow(1, width, width).contiguous().DetachFromDisposeScope() };
            return both with { X = both.X.narrow(1, 0, width).contiguous().MoveToOuterDisposeScope() };

            Tensor Both(Tensor tokens) => cat([Pool(tokens, own), Pool(tokens, other)], 1);
        });
    }

    /// <summary>An encoder of the same shape with starting weights (MAE's), as a method has them before its first step.</summary>
    public static IEncoder RandomEncoder(VitConfig config, ulong seed)
    {
        using var scope = NewDisposeScope();
        var network = new Vit(config, Precision.Float32);
        MaeInitialisation.Apply(network, seed);
        network.eval();
        return network;
    }

    /// <summary>Tokens [B, 1 + N, D] to one vector an image, [B, D] float32.</summary>
    public static Tensor Pool(Tensor tokens, Pooling pooling) => pooling == Pooling.ClassToken
        ? tokens.select(1, 0).to(float32).contiguous()
        : tokens.narrow(1, 1, tokens.size(1) - 1).to(float32).mean([1]);

    public override string ToString() => Detail.Length == 0 ? Name : $"{Name}, {Detail}";
}
