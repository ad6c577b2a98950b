namespace MimKit.Runtime;

/// <summary>The bytes of tensors of any size: a span holds at most 2 GiB.</summary>
static class TensorBytes
{
    const long MostElements = 1 << 27;                                             // 1 GiB of the widest type

    public delegate void UsePart(Span<byte> part);

    /// <summary>Hands out a contiguous CPU tensor's bytes in place, one part after the other.</summary>
    /// <param name="most">elements a part</param>
    public static void EachPart(this Tensor tensor, UsePart use, long most = MostElements)
    {
        using var flat = tensor.flatten();
        for (long start = 0, count; start < flat.numel(); start += count)
        {
            using var part = flat.narrow(0, start, count = Math.Min(most, flat.numel() - start));
            use(part.bytes);
        }
    }
}
