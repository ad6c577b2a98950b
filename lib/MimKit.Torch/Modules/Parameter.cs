namespace MimKit.Torch.Modules;

/// <summary>A tensor that a module trains. It lives until its module is disposed, whatever scope it was made in.</summary>
public sealed class Parameter : Tensor
{
    public Parameter(Tensor data, bool requires_grad = true) : base(Native.mk_tensor_alias(Leaf(data)))
    {
        DetachFromDisposeScope();
        this.requires_grad = requires_grad;
    }

    private static nint Leaf(Tensor data) => (data.is_leaf ? data : data.detach()).Handle;
}
