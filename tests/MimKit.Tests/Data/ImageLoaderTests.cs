using MimKit.Data;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Data;

public sealed class ImageLoaderTests : IDisposable
{
    private const int Images = 23;
    private readonly DataHome _home = new();

    public ImageLoaderTests()
    {
        _home.Manifest("f", "providers: []\nformat: image-folder\nlayout: { test: all }\nclasses: 2\nsplits: { train: 0, val: 0, test: 23 }");
        var noise = new Draw(3, 0, [.. Enumerable.Range(0, Images).Select(i => (long)i)]).Uniform(Purpose.Noise, 40 * 50 * 3);
        for (var i = 0; i < Images; i++)
            _home.Write($"f/all/{(i % 2 == 0 ? "a" : "b")}/{i:D2}.jpg", JpegEncoder.Encode(new([.. noise.AsSpan(i * 6000, 6000).ToArray().Select(n => (byte)(n * 256))], 40, 50, 3), 90));
    }

    public void Dispose() => _home.Dispose();

    private static ImageSource Source => Datasets.OpenFiles("f").Test!;

    private static (float[][] Values, long[][] Indices) Epoch(ImageLoader loader, int epoch, int first = 0)
    {
        var batches = loader.Epoch(epoch, first).Select(batch => (batch.Images.ToArray<float>(), batch.Indices)).ToArray();
        return ([.. batches.Select(batch => batch.Item1)], [.. batches.Select(batch => batch.Indices)]);
    }

    [Fact]
    public void One_and_four_threads_give_the_same_batches()
    {
        var views = new TrainViews(16) { Jitter = new(0.4, 0.4, 0.4, 0.1), Augment = new(), Erasing = new(1) };
        var one = Epoch(new(Source, views, 4, seed: 1) { Threads = 1 }, 2);
        var four = Epoch(new(Source, views, 4, seed: 1) { Threads = 4, Ahead = 1 }, 2);
        Assert.Equal(one.Indices, four.Indices);
        Assert.Equal(one.Values, four.Values);
        Assert.NotEqual(one.Values[0], Epoch(new(Source, views, 4, seed: 1), 3).Values[0]);
    }

    [Fact]
    public void An_epoch_shows_every_image_once_and_may_be_entered_in_the_middle()
    {
        var loader = new ImageLoader(Source, new EvaluationViews(16), 5, seed: 1, dropLast: false) { Threads = 2 };
        var (values, indices) = Epoch(loader, 0);
        Assert.Equal(Enumerable.Range(0, Images).Select(i => (long)i), indices.SelectMany(i => i).Order());
        Assert.Equal(3, indices[^1].Length);
        var rest = Epoch(loader, 0, first: 2);
        Assert.Equal(values[2..], rest.Values);
        Assert.Empty(Epoch(loader, 0, first: 5).Values);
    }

    [Fact]
    public void A_broken_image_stops_the_epoch_with_its_name_or_is_counted_named_and_replaced()
    {
        File.WriteAllText(Source.NameOf(7), "no image");
        var strict = new ImageLoader(Source, new TrainViews(16), 4, seed: 1) { Threads = 2 };
        Assert.Contains(Source.NameOf(7), Assert.Throws<DataException>(() => Enumerable.Range(0, 3).Sum(epoch => strict.Epoch(epoch).Count())).Message);

        var lenient = new ImageLoader(Source, new TrainViews(16), 4, seed: 1, dropLast: false) { Threads = 2, OnCorrupt = CorruptImages.Skip };
        var (_, indices) = Epoch(lenient, 0);
        Assert.Equal(2, indices.SelectMany(i => i).Count(i => i == 8));
        Assert.Contains(Source.NameOf(7), Assert.Single(lenient.Unreadable).Value);
    }

    [Fact]
    public void Stopping_in_the_middle_ends_the_threads_and_leaves_no_tensor()
    {
        var before = Tensor.TotalCount;
        foreach (var batch in new ImageLoader(Source, new TrainViews(16), 2, seed: 1) { Threads = 3 }.Epoch(0))
        {
            Assert.Equal([2, 3, 16, 16], batch.Images.shape);
            break;
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Cancellation_ends_a_wait()
    {
        using var stop = new CancellationTokenSource();
        Ambient.Cancellation = stop.Token;
        try
        {
            var loader = new ImageLoader(Source, new Slow(), 2, seed: 1) { Threads = 1 };
            stop.CancelAfter(100);
            Assert.ThrowsAny<OperationCanceledException>(() => loader.Epoch(0).Count());
        }
        finally
        {
            Ambient.Cancellation = default;
        }
    }

    private sealed record Slow : SampleViews
    {
        public override IReadOnlyList<int> Sides => [4];
        public override IReadOnlyList<Picture> Make(EncodedImage image, SampleDraw draw)
        {
            Thread.Sleep(80);
            return [new(new byte[48], 4, 4, 3)];
        }
    }

    [Fact]
    public void Two_views_share_crop_mirror_and_colours()
    {
        var batch = new ImageLoader(Source, new TwoViews(32, 16), 4, seed: 1).Epoch(0).Select(batch => (A: batch.Images.ToArray<float>(), B: batch.More[0].ToArray<float>())).First();
        Assert.Equal(4 * 3 * 16 * 16, batch.B.Length);
        for (var plane = 0; plane < 12; plane++)       // the mean of a plane survives another size
            Assert.Equal(batch.A.AsSpan(plane * 1024, 1024).ToArray().Average(), batch.B.AsSpan(plane * 256, 256).ToArray().Average(), 0.02f);
    }

    [Fact]
    public void Multi_crop_gives_two_large_and_several_small_views_that_differ()
    {
        var shapes = new ImageLoader(Source, new MultiCropViews(24, 12, 3), 2, seed: 1).Epoch(0).Select(batch => new[] { batch.Images }.Concat(batch.More).Select(view => (view.size(2), view.ToArray<float>())).ToArray()).First();
        Assert.Equal([24, 24, 12, 12, 12], shapes.Select(view => view.Item1));
        Assert.NotEqual(shapes[0].Item2, shapes[1].Item2);
    }

    [Fact]
    public void Erasing_fills_a_rectangle_of_two_percent_to_a_third_with_normal_noise()
    {
        var values = new List<float>();
        for (var i = 0; i < 200; i++)
        {
            var planes = new float[3 * 32 * 32];
            planes.AsSpan().Fill(99);
            new RandomErasing(1).Apply(planes, 3, 32, 32, new(1, 0, i));
            var erased = planes.Where(v => v != 99).ToArray();
            Assert.InRange(erased.Length / 3 / 1024.0, 0.01, 0.36);
            values.AddRange(erased);
        }
        Assert.InRange(values.Average(), -0.02, 0.02);
        Assert.InRange(Math.Sqrt(values.Average(v => v * v)), 0.98, 1.02);
    }

    [Fact]
    public void A_segmentation_crop_moves_image_and_mask_together()
    {
        var mask = new byte[60 * 80];
        for (var y = 0; y < 60; y++)
            for (var x = 0; x < 80; x++) mask[y * 80 + x] = (byte)(x / 16);
        var image = new byte[60 * 80 * 3];
        for (var i = 0; i < image.Length; i++) image[i] = (byte)(mask[i / 3] * 50);
        var transform = new SegmentationCrop(40) { ShortSide = 60, Photometric = false };
        for (var i = 0; i < 50; i++)
        {
            var (crop, labels) = transform.Apply(new(new(image, 60, 80, 3), new(mask, 60, 80, 1)), new(1, 0, i));
            Assert.Equal((40, 40, 40, 40), (crop.Height, crop.Width, labels.Height, labels.Width));
            var agree = labels.Pixels.Select((label, p) => label == SegmentationSource.Ignored ? crop.Pixels[3 * p] == 0 : Math.Abs(crop.Pixels[3 * p] - label * 50) <= 26).Count(same => same);
            Assert.True(agree >= 1590, $"{agree} of 1600 pixels agree");
        }
    }
}
