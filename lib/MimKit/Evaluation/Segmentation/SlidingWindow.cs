namespace MimKit.Evaluation;

/// <summary>
/// Runs a network that sees windows of one size over images of any size: windows at every stride and at the far edges, logits averaged where
/// they overlap (METHODS 2.7). An image smaller than a window is padded with zeros, the mean colour, below and to the right.
/// </summary>
/// <param name="Size">pixels a side of a window</param>
/// <param name="Stride">pixels between two windows; at most a window, or pixels would be left out</param>
public sealed record SlidingWindow(int Size, int Stride)
{
    /// <summary>Logits of every pixel.</summary>
    /// <param name="network">[B, C, Size, Size] to [B, K, Size, Size]</param>
    /// <param name="images">[B, C, H, W], normalised</param>
    /// <returns>[B, K, H, W]</returns>
    /// <exception cref="ArgumentException">The stride leaves pixels out.</exception>
    public Tensor Logits(Func<Tensor, Tensor> network, Tensor images)
    {
        if (Size < 1 || Stride < 1 || Stride > Size) throw new ArgumentException($"Windows of {Size} pixels at a stride of {Stride} do not cover an image; choose a stride of 1 to {Size}.");
        var (h, w) = (images.size(2), images.size(3));
        var padded = F.pad(images, [0, Math.Max(0, Size - w), 0, Math.Max(0, Size - h)]);
        Tensor? sum = null;
        var seen = zeros([1, 1, padded.size(2), padded.size(3)], device: images.device);
        foreach (var top in Starts(padded.size(2)))
            foreach (var left in Starts(padded.size(3)))
            {
                var logits = network(padded.narrow(2, top, Size).narrow(3, left, Size).contiguous());
                sum ??= zeros([images.size(0), logits.size(1), padded.size(2), padded.size(3)], device: images.device);
                sum.narrow(2, top, Size).narrow(3, left, Size).add_(logits);
                seen.narrow(2, top, Size).narrow(3, left, Size).add_(1);
            }
        return sum!.div_(seen).narrow(2, 0, h).narrow(3, 0, w);
    }

    /// <summary>Where windows begin along a side: every stride, the last one ending at the edge.</summary>
    /// <param name="length">of the side, at least a window</param>
    public IReadOnlyList<long> Starts(long length) =>
        [.. Enumerable.Range(0, (int)((length - Size + Stride - 1) / Stride) + 1).Select(i => Math.Min((long)i * Stride, length - Size))];
}
