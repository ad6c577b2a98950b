using System.Text.RegularExpressions;

namespace MimKit.Torch;

/// <summary>What libtorch has recorded of a computation.</summary>
public static unsafe partial class Graph
{
    /// <summary>The operation that a backward pass will undo to get past this tensor, <c>AddBackward0</c>; null for a leaf. PyTorch's <c>grad_fn</c>.</summary>
    public static string? Operation(Tensor tensor)
    {
        var name = Native.mk_grad_fn(tensor.Handle);
        GC.KeepAlive(tensor);
        return name is null ? null : Own().Match(Native.Text(name)) is { Success: true } own ? own.Groups[1].Value + "Backward" : Native.Text(name).Split("::")[^1];
    }

    // torch::autograd::CppNode<(anonymous namespace)::Linear>
    [GeneratedRegex(@"<.*?(\w+)>$")]
    private static partial Regex Own();

    /// <summary>The leaves that a backward pass from <paramref name="tensors"/> would reach.</summary>
    public static IReadOnlyList<Tensor> Leaves(params IList<Tensor> tensors)
    {
        NativeValue result;
        fixed (nint* t = TensorList.Lend(tensors)) Native.Check(Native.mk_graph_leaves(t, tensors.Count, &result));
        GC.KeepAlive(tensors);
        return TensorList.Take(result)!;
    }
}
