using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>The number of the cluster that a patch's pixels, or its teacher's features, fall into: ClusterMIM's tokenizer (METHODS 3.2, 3.3).</summary>
/// <param name="clusters">disposed by their owner</param>
/// <param name="follow">
/// <see cref="Fidelity.AsReleased"/> assigns as the released <c>token_normalize</c> does: the l2-normalised patch is compared with the raw
/// centres by dot product, so that long centres win. The paper's rule is the nearest centre.
/// </param>
public sealed class ClusterTarget(Clusters clusters, Fidelity follow = Fidelity.Paper) : Target, ICodebook
{
    public override PatchGrid Grid => clusters.Grid;
    public override string? MadeOn => clusters.MadeOn;

    /// <summary>The centres, and what they are centres of.</summary>
    public Clusters Clusters => clusters;

    public override int Size => clusters.Count;
    public override IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["clusters.centres"] = clusters.Centres };

    public override TargetValues Of(Tensor view)
    {
        var vectors = clusters.Vectors(view);                                      // [B · N, D]
        var ids = follow == Fidelity.Paper ? clusters.Assign(vectors) : LargestDot(vectors, clusters.Centres);
        return new(ids.reshape(view.size(0), clusters.Grid.Count));
    }

    /// <summary>The paper's rule, also where targets are assigned as released.</summary>
    public (Tensor Ids, Tensor Distance) Nearest(Tensor view)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (ids, distance2) = Fused.NearestCentre(clusters.Vectors(view), clusters.Centres);
        return (ids.reshape(view.size(0), Grid.Count).MoveToOuterDisposeScope(), distance2.reshape(view.size(0), Grid.Count).MoveToOuterDisposeScope());
    }

    /// <summary>Clusters are as alike as their centres.</summary>
    public override Tensor Likeness(TargetValues values) => clusters.Centres.index_select(0, values.Values.flatten()).reshape([.. values.Values.shape, -1]);

    /// <summary>The released quirk: argmax over centres c of l2(x)·c, with c as it is.</summary>
    /// <param name="points">[n, D]</param>
    /// <param name="centres">[K, D]</param>
    /// <returns>[n] int64</returns>
    public static Tensor LargestDot(Tensor points, Tensor centres) => nn.functional.normalize(points).matmul(centres.t()).argmax(1);

    public override string ToString() => $"{clusters}{(follow == Fidelity.AsReleased ? ", assigned by dot product as released" : "")}";
}
