namespace MimKit.Runtime;

/// <summary>
/// The joint probabilities of t-SNE as a sparse graph over n points, and its forces on a map of them (van der Maaten and Hinton, JMLR 2008; Barnes-Hut: van der Maaten,
/// JMLR 2014), each one native pass on the CPU (lib/native/tsne.cpp). The same for any number of threads.
/// </summary>
public sealed class TsneGraph : IDisposable
{
    private static readonly Op AffinitiesOp = new("mimkit::tsne_affinities"), JointOp = new("mimkit::tsne_joint"), GradientOp = new("mimkit::tsne_gradient");
    private readonly Tensor _start, _column, _weight;

    private TsneGraph(Tensor start, Tensor column, Tensor weight) => (_start, _column, _weight) = (start, column, weight);

    /// <summary>Points.</summary>
    public long Count => _start.size(0) - 1;

    /// <summary>Pairs that attract each other, both directions counted.</summary>
    public long Edges => _column.size(0);

    /// <summary>Joint probabilities from distances to the nearest.</summary>
    /// <param name="neighbours">[n, k] int64: others than the point itself</param>
    /// <param name="distance2">[n, k] float32 squared distances</param>
    /// <param name="perplexity">effective number of neighbours; below k</param>
    public static TsneGraph Of(Tensor neighbours, Tensor distance2, double perplexity)
    {
        using var off = no_grad();
        using var p = AffinitiesOp.Call(distance2, perplexity);
        var edges = JointOp.CallMany(neighbours, p);
        foreach (var edge in edges) edge.DetachFromDisposeScope();
        return new(edges[0], edges[1], edges[2]);
    }

    /// <summary>The gradient of KL(P ‖ Q) for a map, and the divergence itself.</summary>
    /// <param name="map">[n, 2] float32</param>
    /// <param name="angle">of Barnes-Hut, 0 to 0.7: a cell counts as one point where its side is smaller than this times its distance; 0: exact</param>
    /// <param name="exaggeration">factor of attraction in the gradient; the divergence is of P as it is</param>
    /// <param name="divergence">whether the divergence is wanted too, which costs a logarithm an edge; otherwise it is NaN</param>
    /// <returns>[n, 2] float32, and nats</returns>
    public (Tensor Gradient, double Divergence) Gradient(Tensor map, double angle, double exaggeration = 1, bool divergence = true)
    {
        using var off = no_grad();
        var both = GradientOp.CallMany(_start, _column, _weight, map, angle, exaggeration, divergence);
        using var kl = both[1];
        return (both[0], divergence ? kl.item<double>() : double.NaN);
    }

    public void Dispose()
    {
        _start.Dispose();
        _column.Dispose();
        _weight.Dispose();
    }
}
