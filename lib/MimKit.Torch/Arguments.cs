namespace MimKit.Torch;

/// <summary>How TorchSharp's optional, paired and named arguments become what libtorch takes, and its results a tuple.</summary>
internal static class Arguments
{
    /// <summary>A list of one number, or of its default.</summary>
    internal static long[] One(long? value, long otherwise) => [value ?? otherwise];

    /// <summary>A list for height and width, or the default for both.</summary>
    internal static long[] Two(long[]? values, long otherwise) => values ?? [otherwise, otherwise];

    internal static long[] Both(long value) => [value, value];
    internal static long[] Both((long, long)? value, long otherwise) => value is var (a, b) ? [a, b] : [otherwise, otherwise];

    /// <summary>libtorch's word for a choice; none for the default.</summary>
    internal static string? Word(RoundingMode mode) => mode == RoundingMode.None ? null : mode.ToString();
    internal static string Word(linalg.QRMode mode) => mode.ToString().ToLowerInvariant();

    internal static (Tensor, Tensor) Pair(Tensor[] t) => (t[0], t[1]);
    internal static (Tensor, Tensor, Tensor) Triple(Tensor[] t) => (t[0], t[1], t[2]);
    internal static (Tensor, Tensor, Tensor, Tensor) Four(Tensor[] t) => (t[0], t[1], t[2], t[3]);
}
