using MimKit.Data;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Views;

public class ViewsTests
{
    private static Batch Batch(int count = 8) => MimKit.Data.Batch.Of(TinySubject.Images(count), [.. Enumerable.Range(0, count).Select(i => (long)i)]);
    private static Draw Draw(Batch batch, int epoch = 0) => new(1, epoch, batch.Indices);

    [Fact]
    public void Plain_views_are_the_batch()
    {
        using var batch = Batch();
        var seen = MimKit.Views.Plain.Draw(batch, Draw(batch));
        Assert.Same(batch.Images, seen.Student);
        Assert.Same(batch.Images, seen.Target);
    }

    [Fact]
    public void A_crop_of_everything_without_flip_is_the_image_and_with_flip_it_or_its_mirror()
    {
        using var scope = NewDisposeScope();
        var batch = Batch(40);
        var crop = new CropFlip(MinScale: 1, Flip: true);                          // only the square aspect fits; others fall back to the whole image
        var view = crop.Draw(batch, Draw(batch)).Student;
        var mirror = batch.Images.flip(3);
        var mirrored = 0;
        for (var i = 0; i < 40; i++)
        {
            var same = view[i].allclose(batch.Images[i], 1e-4, 1e-4);
            Assert.True(same || view[i].allclose(mirror[i], 1e-4, 1e-4), $"image {i}");
            if (!same) mirrored++;
        }
        Assert.InRange(mirrored, 8, 32);
        Assert.True((crop with { Flip = false }).Draw(batch, Draw(batch)).Student.allclose(batch.Images, 1e-4, 1e-4));
    }

    [Fact]
    public void Crops_follow_the_sample_and_the_epoch()
    {
        using var scope = NewDisposeScope();
        var batch = Batch();
        var crop = new CropFlip(0.2);
        var view = crop.Draw(batch, Draw(batch));

        Assert.Same(view.Student, view.Target);
        Assert.Equal(batch.Images.shape, view.Student.shape);
        Assert.True(view.Student.equal(crop.Draw(batch, Draw(batch)).Student));
        Assert.False(view.Student.equal(crop.Draw(batch, Draw(batch, epoch: 1)).Student));
        var alone = MimKit.Data.Batch.Of(TinySubject.Images(8), [5]);
        Assert.True(view.Student[5].allclose(crop.Draw(alone, Draw(alone)).Student[0], 1e-5, 1e-6));
    }

    [Fact]
    public void A_crop_holds_the_pixels_of_its_box()
    {
        using var scope = NewDisposeScope();
        var ramp = arange(32.0, float32).reshape(1, 1, 1, 32).expand(64, 1, 32, 32).contiguous();       // value = column
        var batch = new Batch(ramp, zeros([64], int64), [.. Enumerable.Range(0, 64).Select(i => (long)i)]);
        var view = new CropFlip(0.25, Flip: false).Draw(batch, Draw(batch)).Student;                    // [64, 1, 32, 32]

        var spread = view[TensorIndex.Colon, 0, 0, 31] - view[TensorIndex.Colon, 0, 0, 0];              // width of the box, less one output step
        Assert.InRange(spread.min().item<float>(), 12, 18);                                             // sqrt(.25 · 3/4) · 32 = 13.9
        Assert.InRange(spread.max().item<float>(), 24, 32);
        Assert.InRange(view.min().item<float>(), -0.5, 4);
    }

    [Fact]
    public void A_scale_that_is_no_share_is_refused()
    {
        using var batch = Batch();
        Assert.Contains("MinScale is 0", Assert.Throws<ArgumentException>(() => new CropFlip(0).Draw(batch, Draw(batch))).Message);
    }
}
