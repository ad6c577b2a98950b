namespace MimKit.Torch;

/// <summary>What libtorch has recorded of a computation.</summary>
public static unsafe class Graph
{
    /// <summary>The leaves that a backward pass from <paramref name="tensors"/> would reach.</summary>
    public static IReadOnlyList<Tensor> Leaves(params IList<Tensor> tensors)
    {
        NativeValue result;
        fixed (nint* t = TensorList.Lend(tensors)) Native.Check(Native.mk_graph_leaves(t, tensors.Count, &result));
        GC.KeepAlive(tensors);
        return TensorList.Take(result)!;
    }
}
