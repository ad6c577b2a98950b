using MimKit.Data;
using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// A random resized crop and a horizontal flip, one view for student and target (MAE: scale 0.2 to 1, bicubic). Boxes are torchvision's:
/// area share uniform, aspect log-uniform in 3/4 to 4/3, whole pixels. The crop is read from the batch by bicubic interpolation, which
/// at a crop's edge sees the pixels beside it, where crop-then-resize would repeat the edge.
/// </summary>
/// <param name="MinScale">smallest share of the area, in (0, 1]</param>
/// <param name="Flip">mirror half of the images</param>
public sealed record CropFlip(double MinScale = 0.2, bool Flip = true) : Views
{
    public override Seen Draw(Batch batch, Draw draw)
    {
        if (!(MinScale > 0 && MinScale <= 1)) throw new ArgumentException($"MinScale is {MinScale}; it is a share of the area, above 0 and at most 1.");
        var shape = batch.Images.shape;
        var crops = draw.Uniform(Purpose.Crop, CropBox.Uniforms);
        var flips = Flip ? draw.Uniform(Purpose.Flip, 1) : null;
        var theta = new float[shape[0] * 6];                                       // [B, 2, 3]: output place in −1 … 1 to input place
        for (var b = 0; b < shape[0]; b++)
        {
            var (x, y, w, h) = CropBox.Random((int)shape[3], (int)shape[2], MinScale, 1, crops.AsSpan(b * CropBox.Uniforms, CropBox.Uniforms));
            var row = theta.AsSpan(b * 6, 6);
            row[0] = (float)w / shape[3] * (flips is not null && flips[b] < 0.5f ? -1 : 1);
            row[2] = (float)(2 * x + w) / shape[3] - 1;
            row[4] = (float)h / shape[2];
            row[5] = (float)(2 * y + h) / shape[2] - 1;
        }
        using var map = tensor(theta, [shape[0], 2, 3]);
        var view = Resample.Bicubic(batch.Images, map, shape[2], shape[3]);
        return new(view, view);
    }
}
