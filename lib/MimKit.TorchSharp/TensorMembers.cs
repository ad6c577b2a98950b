namespace MimKit.Torch;

/// <summary>Members of MimKit.Torch's tensors that TorchSharp's do not have.</summary>
public static class TensorMembers
{
    extension(Tensor tensor)
    {
        /// <summary>Counts in-place changes: equal numbers mean an unchanged tensor.</summary>
        public long Version => Native.mk_tensor_version(tensor.Handle);

        /// <summary>A copy of the values, in order, from any device.</summary>
        public T[] ToArray<T>() where T : unmanaged => tensor.cpu().data<T>().ToArray();

        /// <summary>Whether the other object stands for this very tensor, not for one with equal values.</summary>
        public bool IsSame(Tensor other) => Native.mk_same(tensor.Handle, other.Handle) != 0;
    }
}
