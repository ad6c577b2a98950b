using System.Runtime.InteropServices;

namespace MimKit.Torch;

/// <summary>Lists of tensors on their way through the C ABI.</summary>
internal static unsafe class TensorList
{
    /// <summary>The handles, lent: the caller keeps the tensors alive until the call is over.</summary>
    internal static nint[] Lend(IEnumerable<Tensor?>? tensors) => tensors?.Select(t => t?.Handle ?? 0).ToArray() ?? [];

    /// <summary>New tensors for a list that native code gave; null where it has none.</summary>
    internal static List<Tensor?> Take(NativeValue value)
    {
        var items = new ReadOnlySpan<nint>((void*)value.Pointer, value.Count);
        var list = new List<Tensor?>(items.Length);
        foreach (var item in items) list.Add(item == 0 ? null : Tensor.UnsafeCreateTensor(item));
        Native.mk_free(value.Pointer);
        return list;
    }

    /// <summary>A list for native code to own.</summary>
    internal static NativeValue Give(IReadOnlyList<Tensor?> tensors)
    {
        var handles = Lend(tensors);                               // throws for a disposed one before anything is allocated
        var items = (nint*)NativeMemory.Alloc((nuint)handles.Length + 1, (nuint)sizeof(nint));      // malloc: native code frees it
        for (var i = 0; i < handles.Length; i++) items[i] = handles[i] == 0 ? 0 : Native.mk_tensor_alias(handles[i]);
        GC.KeepAlive(tensors);
        return new() { Tag = Tag.Tensors, Count = handles.Length, Pointer = (nint)items };
    }
}
