using System.Runtime.CompilerServices;

namespace MimKit.Runtime;

/// <summary>
/// Low-precision copies of float32 weights. A copy is made at the first use after the weight changed, so once a step however often the weight is used.
/// </summary>
internal static class Shadow
{
    private sealed class Copy { public Tensor? Value; public long Version = -1; }

    private static readonly ConditionalWeakTable<Tensor, Copy> Copies = [];

    /// <summary><paramref name="weight"/> in <paramref name="type"/>; the weight itself when it has that type. Owned here: never dispose it.</summary>
    internal static Tensor Of(Tensor weight, ScalarType type)
    {
        if (weight.dtype == type) return weight;
        var copy = Copies.GetOrCreateValue(weight);
        var version = weight.Version;
        if (copy.Value is { } value && copy.Version == version && value.dtype == type) return value;
        using var off = no_grad();
        copy.Value?.Dispose();
        copy.Value = weight.detach().to(type, copy: true).DetachFromDisposeScope();
        copy.Version = version;
        return copy.Value;
    }
}
