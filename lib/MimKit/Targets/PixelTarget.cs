using MimKit.Data;
using MimKit.Models;

namespace MimKit;

/// <summary>A patch's own pixels, in the order (row, column, channel).</summary>
/// <param name="grid">the patches</param>
/// <param name="normalised">
/// standardise each patch: minus its mean, over √(unbiased variance + 1e-6): MAE's <c>norm_pix_loss</c>
/// </param>
/// <param name="lowPass">
/// take the pixels of the image after a Gaussian blur of this deviation, in pixels, with reflected edges: what is left are slow changes. 0: as they are
/// </param>
/// <param name="skipConstant">
/// leave patches of one single value out of the loss: standardised they are zeros and say nothing (METHODS 5.3)
/// </param>
public sealed class PixelTarget(PatchGrid grid, bool normalised = true, bool skipConstant = false, double lowPass = 0) : Target
{
    private const double VarianceFloor = 1e-6;

    public override PatchGrid Grid => grid;
    public override int Size => grid.PatchValues;

    public override TargetValues Of(torch.Tensor view)
    {
        var patches = grid.Cut(lowPass > 0 ? Blurred(view) : view);                                              // [B, N, p · p · C]
        var counted = skipConstant ? patches.amax([-1]).gt(patches.amin([-1])).to(torch.float32) : null;   // [B, N]; exact, where a variance would round
        if (!normalised) return new(patches, counted);
        var mean = patches.mean([-1], keepdim: true);
        var variance = patches.var(-1, unbiased: true, keepdim: true);
        var standardised = (patches - mean) / (variance + VarianceFloor).sqrt();
        return new(counted is null ? standardised : standardised * counted.unsqueeze(-1), counted);        // a constant patch: zeros, not a mean's rounding over 0.001
    }

    /// <summary>The images without their fast changes.</summary>
    /// <param name="images">[B, C, H, W]</param>
    private Tensor Blurred(Tensor images)
    {
        var reach = (int)Math.Ceiling(3 * lowPass);
        var (B, C, H, W) = (images.size(0), images.size(1), images.size(2), images.size(3));
        if (reach >= Math.Min(H, W)) throw new ArgumentException($"A blur of deviation {lowPass} reaches {reach} pixels, as far as the images of {H}×{W} themselves. Take less than {Math.Min(H, W) / 3.0:G3}.");
        var weights = Enumerable.Range(-reach, 2 * reach + 1).Select(i => Math.Exp(-0.5 * i * i / (lowPass * lowPass))).ToArray();
        var kernel = tensor([.. weights.Select(weight => (float)(weight / weights.Sum()))]).to(images.device);
        var x = Reflected(Reflected(images.reshape(B * C, 1, H, W).to(float32), 2, reach), 3, reach);
        x = F.conv2d(F.conv2d(x, kernel.reshape(1, 1, -1, 1)), kernel.reshape(1, 1, 1, -1));
        return x.reshape(B, C, H, W);
    }

    // the edge's inner neighbours on both sides, the edge itself left out
    private static Tensor Reflected(Tensor x, int dimension, int reach) =>
        cat([x.narrow(dimension, 1, reach).flip(dimension), x, x.narrow(dimension, x.size(dimension) - 1 - reach, reach).flip(dimension)], dimension);

    /// <summary>Pixels from predictions: where they are standardised, with the mean and deviation of the image's own patches, as MAE shows them.</summary>
    /// <param name="predicted">[B, N, p · p · C]</param>
    /// <param name="patches">the images' own, of that shape</param>
    /// <returns>[B, N, p · p · C], normalised as the images are</returns>
    public torch.Tensor Restored(torch.Tensor predicted, torch.Tensor patches)
    {
        if (!normalised) return predicted;
        var own = lowPass > 0 ? grid.Cut(Blurred(grid.Join(patches))) : patches;
        return predicted * (own.var(-1, unbiased: true, keepdim: true) + VarianceFloor).sqrt() + own.mean([-1], keepdim: true);
    }

    /// <summary>The share of a set's patches that hold one single value in every channel together: 0.31 of Fashion-MNIST's training images at 4 pixels.</summary>
    public static double ConstantShare(ImageSet set, int patchSize)
    {
        long constant = 0, all = 0;
        for (var i = 0; i < set.Count; i++)
        {
            var image = set.Image(i);
            for (var y = 0; y + patchSize <= set.Height; y += patchSize)
                for (var x = 0; x + patchSize <= set.Width; x += patchSize, all++)
                    if (IsConstant(image, set, x, y, patchSize)) constant++;
        }
        return (double)constant / all;
    }

    private static bool IsConstant(ReadOnlySpan<byte> image, ImageSet set, int x, int y, int patchSize)
    {
        var first = image[y * set.Width + x];
        for (var c = 0; c < set.Channels; c++)
            for (var row = 0; row < patchSize; row++)
                if (image.Slice((c * set.Height + y + row) * set.Width + x, patchSize).ContainsAnyExcept(first)) return false;
        return true;
    }

    public override string ToString() =>
        $"{(lowPass > 0 ? FormattableString.Invariant($"pixels below a blur of {lowPass}") : "pixels")}{(normalised ? ", standardised in each patch" : "")}{(skipConstant ? ", constant patches left out" : "")}";
}
