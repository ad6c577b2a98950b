using System.Security.Cryptography;
using MimKit.Data;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Data;

public class SegmentationTests
{
    [Fact]
    public void Fashion_scenes_are_the_same_bits_for_ever()
    {
        var (train, val, test) = Datasets.OpenSegmentation("fashion-scenes");
        Assert.Equal((10_000, 1_000, 2_000, 11), (train.Count, val.Count, test.Count, test.ClassCount));
        var set = (SegmentationSet)test;
        Assert.Equal("032f373ef27b8132", Convert.ToHexStringLower(SHA256.HashData([.. set.Pixels, .. set.Masks]))[..16]);
    }

    [Fact]
    public void Every_pixel_of_a_scene_is_a_garments_own_or_the_gradient()
    {
        var val = (SegmentationSet)Datasets.OpenSegmentation("fashion-scenes").Val;
        var counts = new int[val.ClassCount];
        for (var i = 0; i < val.Count; i++)
        {
            Assert.InRange(val.Mask(i).ToArray().Distinct().Count(label => label > 0), 1, 4);
            foreach (var label in val.Mask(i)) counts[label]++;
            for (var p = 0; p < val.Mask(i).Length; p++)
                if (val.Mask(i)[p] == 0) Assert.True(val.Image(i)[p] <= 96);       // the gradient's brightest
        }
        Assert.All(counts, count => Assert.True(count > 20_000));
        Assert.InRange(counts[0] / (double)val.Masks.Length, 0.6, 0.8);
    }

    [Fact]
    public void A_segmentation_batch_holds_normalised_images_and_classes()
    {
        var val = Datasets.OpenSegmentation("fashion-scenes").Val;
        using var batch = SegmentationBatch.Of(val, [3, 0]);
        Assert.Equal([2, 1, 56, 56], batch.Images.shape);
        Assert.Equal([2, 56, 56], batch.Masks.shape);
        Assert.Equal(ScalarType.Int64, batch.Masks.dtype);
        var pair = val.Pair(0);
        Assert.Equal(pair.Mask.Pixels.Select(label => (long)label), batch.Masks[1].contiguous().ToArray<long>());
        Assert.Equal((pair.Image.Pixels[100] / 255f - 0.2860f) / 0.3530f, batch.Images[1].contiguous().ToArray<float>()[100], 1e-5f);
    }
}
