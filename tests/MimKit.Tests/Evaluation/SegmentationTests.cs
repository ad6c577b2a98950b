using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class SegmentationTests
{
    static readonly VitConfig Shape = new() { Width = 16, Blocks = 4, Heads = 2, PatchSize = 2, ImageSize = 12, Channels = 1 };

    static readonly SegmentationConfig Plan = new()
    {
        Head = new() { Channels = 8, AuxiliaryChannels = 8 }, Blocks = [1, 2, 3, 4], Window = 12, Stride = 8, Crop = null, ShortSide = null,
        Iterations = 100, BatchSize = 8, LearningRate = 4e-3, WarmupIterations = 5, DropPath = 0, Precision = Precision.Float32,
    };

    static DataManifest Manifest(int side, params string[] classes) => Datasets.Manifest("fashion-scenes") with
    {
        Name = "stripes", Image = new(1, side, side, [0.5], [0.25]), Classes = classes, ClassCount = classes.Length,
    };

    // The class of a pixel is which third of the grey scale it is in; the image is two halves at a random column.
    static SegmentationSet Halves(int count, int side = 12, int seed = 0)
    {
        var random = new Random(seed);
        var (pixels, masks) = (new byte[count * side * side], new byte[count * side * side]);
        for (var i = 0; i < count; i++)
        {
            var (left, right, edge) = (random.Next(3), random.Next(3), 2 * random.Next(1, side / 2));
            for (var p = 0; p < side * side; p++)
            {
                masks[i * side * side + p] = (byte)(p % side < edge ? left : right);
                pixels[i * side * side + p] = (byte)(85 * masks[i * side * side + p] + random.Next(60));
            }
        }
        return new(Manifest(side, "dark", "grey", "light"), "train", pixels, masks);
    }

    static Vit Encoder()
    {
        using var scope = NewDisposeScope();
        var encoder = new Vit(Shape, Precision.Float32);
        MaeInitialisation.Apply(encoder, seed: 1);
        encoder.eval();
        return encoder;
    }

    static SegmentationScore Score(params long[][] confusion) => new("made", "made", [.. confusion.Select((_, k) => $"{k}")], confusion, 0);

    // ---------------------------------------------------------------------------------------------------------- training

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void Upernet_and_a_linear_head_learn_what_can_be_seen(Precision precision)
    {
        var plan = Plan with { Precision = precision };
        using var encoder = Encoder();
        var before = encoder.state_dict()["blocks.0.attn.qkv.weight"].clone();
        var data = new SegmentationSplits(Halves(64), Halves(8, seed: 1), Halves(24, seed: 2));

        var full = Segmentation.Run(encoder, data, plan, seed: 3, examples: 2);
        var quick = Segmentation.Run(encoder, data, plan with { Head = null, Blocks = [4], LearningRate = 0.02, WeightDecay = 0, Iterations = 120 }, seed: 3);

        Assert.InRange(full.MeanIoU, 0.9, 1);
        Assert.InRange(quick.MeanIoU, 0.75, 1);
        Assert.Equal(24L * 12 * 12, full.Pixels);
        Assert.Equal(2, full.Examples.Count);
        Assert.True(before.equal(encoder.state_dict()["blocks.0.attn.qkv.weight"]));          // a copy was trained
    }

    [Fact]
    public void A_frozen_encoder_gets_no_gradient_and_upernets_learns_slower_in_early_blocks()
    {
        using var encoder = Encoder();
        using var frozen = (Plan with { Head = null }).Build(encoder, 3, seed: 0);
        using var whole = Plan.Build(encoder, 3, seed: 0);

        Assert.All(frozen.named_parameters().Where(named => named.parameter.requires_grad), named => Assert.StartsWith("head.", named.name));
        var scales = ParameterGroups.Of(whole, Plan.Plan(Shape.Blocks)).SelectMany(group => group.Names.Select(name => (name, group.Scale))).ToDictionary();
        Assert.Equal(Math.Pow(0.75, 5), scales["encoder.patch_embed.proj.weight"], 12);
        Assert.Equal(Math.Pow(0.75, 2), scales["encoder.blocks.2.mlp.fc1.weight"], 12);
        Assert.Equal(1, scales["head.decode_head.conv_seg.weight"]);
    }

    [Fact]
    public void The_learning_rate_warms_up_on_a_falling_line()
    {
        var config = SegmentationConfig.Base16;
        Assert.Equal(5e-11, config.RateAt(0), 15);
        Assert.Equal(5e-5 * (1 - 750 / 160_000.0) * (0.5 + 0.5e-6), config.RateAt(750), 12);
        Assert.Equal(5e-5 * (1 - 1500 / 160_000.0), config.RateAt(1500), 12);
        Assert.Equal(5e-5 / 160_000, config.RateAt(159_999), 12);
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_with_their_numbers()
    {
        using var encoder = Encoder();
        Assert.Contains("20 × 20, the encoder sees 12 × 12", Assert.Throws<ArgumentException>(() => Segmentation.Run(encoder, new(Halves(8, 20), Halves(8, 20), Halves(8, 20)), Plan)).Message);
        Assert.Contains("blocks 1 to 4", Assert.Throws<ArgumentException>(() => (Plan with { Blocks = [1, 2, 3, 6] }).Build(encoder, 3, 0)).Message);
        Assert.Contains("UPerNet reads 4 blocks", Assert.Throws<ArgumentException>(() => (Plan with { Blocks = [4] }).Build(encoder, 3, 0)).Message);
        Assert.Contains("at least 1", Assert.Throws<ArgumentException>(() => Plan.Build(encoder, 0, 0)).Message);
        Assert.Contains("no stochastic depth", Assert.Throws<ArgumentException>(() => (Plan with { DropPath = 0.1 }).Build(encoder, 3, 0)).Message);
        Assert.Contains("batch normalisation", Assert.Throws<ArgumentException>(() => Plan.Check(Halves(1))).Message);
    }

    // ---------------------------------------------------------------------------------------------------------- encoders

    [Fact]
    public void A_copy_for_images_of_the_same_size_says_the_same_and_a_larger_one_has_resized_positions()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var encoder = Encoder();
        using var beit = new BeitVit(Shape, new BeitParts { LayerScale = 0.1 }, 5, null, Precision.Float32, seed: 2);
        StartTables(beit);
        foreach (var own in new IEncoder[] { encoder, beit, new LearnedVit(Shape, Precision.Float32, seed: 3) })
        {
            var images = randn(2, 1, 12, 12);
            var same = own.ForImages(12, Precision.Float32).BlockOutputs(images, 2);
            foreach (var (wanted, found) in own.BlockOutputs(images, 2).Zip(same)) Assert.True(wanted.allclose(found, 1e-5, 1e-6), own.GetType().Name);
            Assert.Equal([2, 1 + 144, 16], own.ForImages(24, Precision.Float32).BlockOutputs(randn(2, 1, 24, 24), 1)[0].shape);
        }
        Assert.DoesNotContain("decoder", string.Join(' ', ((nn.Module)encoder.ForImages(24, Precision.Float32)).state_dict().Keys));
    }

    static void StartTables(nn.Module network)
    {
        foreach (var (name, parameter) in network.named_parameters())
            if (name.Contains("relative_position")) parameter.copy_(randn(parameter.shape));
    }

    // ------------------------------------------------------------------------------------------------------------ windows

    [Fact]
    public void Windows_stand_at_every_stride_and_at_the_edge()
    {
        var windows = new SlidingWindow(512, 341);
        Assert.Equal([0], windows.Starts(512));
        Assert.Equal([0, 171], windows.Starts(683));
        Assert.Equal([0, 341, 512], windows.Starts(1024));
        Assert.Contains("1 to 4", Assert.Throws<ArgumentException>(() => new SlidingWindow(4, 5).Logits(x => x, zeros(1, 1, 8, 8))).Message);
    }

    [Fact]
    public void Overlapping_windows_are_averaged()
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        var logits = new SlidingWindow(4, 2).Logits(window => full_like(window, ++calls), zeros(1, 1, 4, 8));     // windows 1, 2, 3
        Assert.Equal([1, 1, 1.5f, 1.5f, 2.5f, 2.5f, 3, 3], logits[0, 0, 0].contiguous().ToArray<float>());
        var image = randn(2, 3, 9, 7);
        Assert.True(new SlidingWindow(4, 3).Logits(window => window, image).allclose(image));                        // a pixel's own value, however often it is seen
    }

    [Fact]
    public void An_image_smaller_than_a_window_is_padded_with_the_mean_colour()
    {
        using var scope = NewDisposeScope();
        Tensor? seen = null;
        var image = ones(1, 1, 3, 5);
        var logits = new SlidingWindow(4, 4).Logits(window => seen = window.clone(), image);
        Assert.Equal([1, 1, 3, 5], logits.shape);
        Assert.Equal(0, seen![0, 0, 3].abs().sum().ToDouble());
        Assert.True(logits.equal(image));
    }

    [Fact]
    public void Images_of_any_size_get_a_mask_of_their_own_size()
    {
        using var encoder = Encoder();
        using var segmenter = Plan.Build(encoder, 3, seed: 0);
        foreach (var (h, w) in new[] { (5, 30), (12, 12), (21, 13) })
        {
            var predicted = Segmentation.Predict(segmenter, [new(new byte[h * w], h, w, 1)], new(1, h, w, [0.5], [0.25]), Plan with { ShortSide = h == 5 ? 12 : null });
            Assert.Equal((h, w), (predicted[0].Height, predicted[0].Width));
        }
    }

    // ------------------------------------------------------------------------------------------------------------- scores

    [Fact]
    public void Scores_are_those_of_a_hand_worked_case()
    {
        var score = Score([6, 2, 0], [1, 3, 0], [0, 0, 0]);                          // the third class is neither there nor predicted
        Assert.Equal(6 / 9.0, score.IoU[0], 12);
        Assert.Equal(3 / 6.0, score.IoU[1], 12);
        Assert.True(double.IsNaN(score.IoU[2]));
        Assert.Equal((6 / 9.0 + 3 / 6.0) / 2, score.MeanIoU, 12);
        Assert.Equal((6 / 8.0 + 3 / 4.0) / 2, score.MeanAccuracy, 12);
        Assert.Equal(9 / 12.0, score.PixelAccuracy, 12);
    }

    [Fact]
    public void A_class_that_is_only_predicted_has_intersection_0_and_no_accuracy()
    {
        var score = Score([3, 1], [0, 0]);
        Assert.Equal([0.75, 0], score.IoU);
        Assert.True(double.IsNaN(score.Accuracy[1]));
        Assert.Equal(0.75, score.MeanAccuracy);
    }

    [Fact]
    public void One_class_is_always_right_and_no_known_pixel_has_no_score()
    {
        Assert.Equal((1, 1, 1), (Score([5]).MeanIoU, Score([5]).MeanAccuracy, Score([5]).PixelAccuracy));
        var none = Score([0, 0], [0, 0]);
        Assert.True(double.IsNaN(none.MeanIoU) && double.IsNaN(none.PixelAccuracy));
        using var encoder = Encoder();
        var one = new SegmentationSet(Manifest(12, "all"), "train", Halves(8).Pixels, new byte[8 * 144]);
        Assert.Equal(1, Segmentation.Run(encoder, new(one, one, one), Plan with { Iterations = 2, WarmupIterations = 0 }).MeanIoU);
    }

    [Fact]
    public void Unknown_pixels_are_not_counted_and_unknown_classes_are_an_error()
    {
        long[][] counts = [[0, 0], [0, 0]];
        SegmentationScore.CountInPlace(counts, [0, 255, 1, 1], [0, 1, 1, 0]);
        Assert.Equal([1, 0], counts[0]);
        Assert.Equal([1, 1], counts[1]);
        Assert.Contains("class 7; there are 2", Assert.Throws<DataException>(() => SegmentationScore.CountInPlace(counts, [7], [0])).Message);

        var masks = new byte[144];
        (masks[5], masks[13]) = (255, 3);
        var error = Assert.Throws<ArgumentException>(() => new SegmentationSet(Manifest(12, "a", "b", "c"), "train", new byte[144], masks)).Message;
        Assert.Contains("class 3 at row 1, column 1", error);
        Assert.Contains("0 to 2, and 255", error);
    }

    [Fact]
    public void Folders_of_pairs_of_any_size_are_trained_on_and_read()
    {
        var root = Directory.CreateTempSubdirectory("mimkit-pairs-");
        try
        {
            var (images, masks) = (root.CreateSubdirectory("images").FullName, root.CreateSubdirectory("masks").FullName);
            for (var i = 0; i < 8; i++)
            {
                var (h, w) = (14 + i, 20 - i);
                var mask = new byte[h * w];
                for (var p = 0; p < mask.Length; p++) mask[p] = (byte)(p % w < w / 2 ? 1 + i % 2 : i == 0 ? 0 : 2);      // 0: no class
                Write(Path.Combine(images, $"{i}.png"), [.. mask.Select(label => (byte)(80 * label))], h, w);
                Write(Path.Combine(masks, $"{i}.png"), mask, h, w);
            }
            var manifest = Manifest(12, "one", "two");
            var source = SegmentationFolder.Open(manifest, "test", images, masks, zeroIsIgnored: true);
            using var encoder = Encoder();
            var score = Segmentation.Run(encoder, new(source, source, source), Plan with { Crop = new(12) { ShortSide = 14, Photometric = false }, ShortSide = 14 });
            Assert.InRange(score.MeanIoU, 0.7, 1);
            Assert.Equal(Enumerable.Range(0, 8).Sum(i => (14 + i) * (20 - i)) - 14 * 10, score.Pixels);            // the half of the first is unknown
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    // grey PNG, without any library: stored blocks, as small as the format allows
    static void Write(string path, byte[] pixels, int height, int width)
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        byte[] Number(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
        void Chunk(string type, byte[] content)
        {
            byte[] named = [.. System.Text.Encoding.ASCII.GetBytes(type), .. content];
            file.Write([.. Number((uint)content.Length), .. named, .. Number(Crc(named))]);
        }
        var packed = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            for (var y = 0; y < height; y++) zlib.Write([0, .. pixels.AsSpan(y * width, width)]);
        Chunk("IHDR", [.. Number((uint)width), .. Number((uint)height), 8, 0, 0, 0, 0]);
        Chunk("IDAT", packed.ToArray());
        Chunk("IEND", []);
        File.WriteAllBytes(path, file.ToArray());
    }

    static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ crc >> 1 : crc >> 1;
        }
        return ~crc;
    }
}
