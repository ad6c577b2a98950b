namespace MimKit.Runtime;

/// <summary>Images seen through an affine map, read bicubically (a = −0.75, not antialiased). TorchSharp's <c>grid_sample</c> has no bicubic.</summary>
public static class Resample
{
    private const long Cubic = 2, Border = 1;
    private static readonly Op GridSampler = new("aten::grid_sampler");

    /// <summary>Where the map leaves an image, its nearest pixel is repeated.</summary>
    /// <param name="images">[B, C, H, W] floating point</param>
    /// <param name="map">[B, 2, 3]: from (x, y, 1) of the result to (x, y) of the image, both from −1 to 1 between the outer edges</param>
    /// <returns>[B, C, height, width]</returns>
    public static Tensor Bicubic(Tensor images, Tensor map, long height, long width)
    {
        using var scope = NewDisposeScope();
        var grid = F.affine_grid(map, [images.size(0), images.size(1), height, width]);
        return GridSampler.Call(images, grid, Cubic, Border, false).MoveToOuterDisposeScope();
    }
}
