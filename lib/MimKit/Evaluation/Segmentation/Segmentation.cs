using System.Diagnostics;
using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;
using static System.FormattableString;

namespace MimKit.Evaluation;

/// <summary>Semantic segmentation: one call trains a head (and the encoder below it) and reads test once.</summary>
public static class Segmentation
{
    private const int LogEvery = 50, ImagesAtOnce = 64;
    private const long LogitsAtOnce = 1 << 26;                                     // 256 MiB: 150 classes at full size are large

    /// <summary>Trains on train for as long as the plan says, and reads test once. Nothing is chosen.</summary>
    /// <param name="encoder">pre-trained, or not: it is copied, not changed</param>
    /// <param name="data">the splits</param>
    /// <param name="config">the plan; Mini56, MiniLinear56 or a paper's</param>
    /// <param name="seed">of starting weights, order and crops</param>
    /// <param name="output">where progress is written; null: nowhere</param>
    /// <param name="examples">how many test images are kept for looking at</param>
    public static SegmentationScore Run(IEncoder encoder, SegmentationSplits data, SegmentationConfig config, ulong seed = 0, TextWriter? output = null, int examples = 8)
    {
        using var segmenter = config.Build(encoder, data.Train.ClassCount, seed);
        Train(segmenter, data.Train, config, encoder.Config.Blocks, seed, output ?? TextWriter.Null);
        return Evaluate(segmenter, data.Test, config, examples);
    }

    /// <summary>Trains a segmenter by the plan.</summary>
    /// <param name="segmenter">of <see cref="SegmentationConfig.Build"/></param>
    /// <param name="train">images and masks</param>
    /// <param name="config">the plan</param>
    /// <param name="depth">blocks of the encoder</param>
    /// <param name="seed">of order and crops</param>
    /// <param name="output">where progress is written</param>
    /// <returns>the mean loss of every fifty iterations</returns>
    /// <exception cref="DivergedException">A loss was NaN or infinite.</exception>
    public static IReadOnlyList<(int Iteration, double Loss)> Train(Segmenter segmenter, SegmentationSource train, SegmentationConfig config, int depth, ulong seed, TextWriter output)
    {
        config.Check(train);
        var groups = ParameterGroups.Of(segmenter, config.Plan(depth));
        using var optimizer = optim.AdamW(groups.Select(group => group.Settings));
        using var sum = zeros([]).DetachFromDisposeScope();
        var (losses, watch, perEpoch) = (new List<(int, double)>(), Stopwatch.StartNew(), train.Count / config.BatchSize);
        segmenter.train();
        for (int iteration = 0, logged = 0; iteration < config.Iterations; iteration++)
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();                                   // all temporaries of this step die here
            var (epoch, at) = Math.DivRem(iteration, perEpoch);
            var places = Draw.Order(seed, epoch, train.Count).AsSpan(at * config.BatchSize, config.BatchSize).ToArray();
            using var batch = Batch(train, places, config, seed, epoch);
            foreach (var group in groups) group.Settings.LearningRate = config.RateAt(iteration) * group.Scale;

            optimizer.zero_grad();
            var loss = segmenter.Loss(batch, new Draw(seed, epoch, places) { Step = iteration });
            loss.backward();
            optimizer.step();

            using (no_grad()) sum.add_(loss.detach());
            var done = iteration + 1;
            if (done % LogEvery != 0 && done != config.Iterations) continue;
            losses.Add((done, sum.ToDouble() / (done - logged)));                  // one read of the device
            if (!double.IsFinite(losses[^1].Item2)) throw new DivergedException(done, Invariant($"Segmentation: the loss of iterations {logged + 1} to {done} is {losses[^1].Item2}. Try a third of LearningRate ({config.LearningRate:G3} now), or a longer warm-up."));
            logged = done;
            sum.zero_();
            output.WriteLine(Invariant($"{segmenter.Head}: iteration {done:N0} of {config.Iterations:N0}, loss {losses[^1].Item2:F4}, {done * config.BatchSize / watch.Elapsed.TotalSeconds:N0} images/s"));
        }
        segmenter.eval();
        return losses;
    }

    /// <summary>Reads a set once.</summary>
    /// <param name="segmenter">trained</param>
    /// <param name="source">the set</param>
    /// <param name="config">window, stride and size of the images</param>
    /// <param name="examples">how many are kept for looking at</param>
    public static SegmentationScore Evaluate(Segmenter segmenter, SegmentationSource source, SegmentationConfig config, int examples = 0)
    {
        var start = Stopwatch.GetTimestamp();
        var confusion = Enumerable.Range(0, source.ClassCount).Select(_ => new long[source.ClassCount]).ToArray();
        var shown = new List<SegmentationExample>();
        foreach (var places in Enumerable.Range(0, source.Count).Chunk(ImagesAtOnce))
        {
            var pairs = Array.ConvertAll(places, source.Pair);
            foreach (var alike in pairs.GroupBy(pair => (pair.Image.Height, pair.Image.Width)).SelectMany(size => size.Chunk(AtOnce(size.Key))))    // images of one size run together
            {
                Ambient.Cancellation.ThrowIfCancellationRequested();
                foreach (var (pair, predicted) in alike.Zip(Predict(segmenter, [.. alike.Select(pair => pair.Image)], source.Manifest.Image, config)))
                {
                    SegmentationScore.CountInPlace(confusion, pair.Mask.Pixels, predicted.Pixels);
                    if (shown.Count < examples) shown.Add(new(pair.Image, pair.Mask, predicted));
                }
            }
        }
        var measure = config.Head is null ? "linear head on frozen patches" : segmenter.Head;
        return new(measure, $"{source.Name} {source.Split}", source.Classes, confusion, Stopwatch.GetElapsedTime(start).TotalSeconds) { Examples = shown };

        int AtOnce((int Height, int Width) size) => (int)Math.Clamp(LogitsAtOnce / (segmenter.Classes * Math.Max((long)size.Height * size.Width, (long)segmenter.Window * segmenter.Window)), 1, ImagesAtOnce);
    }

    /// <summary>The class of every pixel of images of one size, by sliding windows; ties go to the first class.</summary>
    /// <param name="segmenter">trained</param>
    /// <param name="images">of one size</param>
    /// <param name="format">their channels, mean and deviation</param>
    /// <param name="config">window, stride and size of the images</param>
    /// <returns>[H, W, 1] each</returns>
    public static IReadOnlyList<Picture> Predict(Segmenter segmenter, IReadOnlyList<Picture> images, ImageFormat format, SegmentationConfig config)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        segmenter.eval();
        var (h, w) = (images[0].Height, images[0].Width);
        var sized = images.Select(image => config.ShortSide is { } side ? SegmentationCrop.ToSize(image, side) : image).ToList();
        var logits = new SlidingWindow(segmenter.Window, config.Stride).Logits(segmenter.call, Data.SegmentationBatch.Normalised(sized, format)).Resize(h, w);   // [B, K, H, W]
        var classes = logits.argmax(1).to(ScalarType.Byte).flatten().ToArray<byte>();
        return [.. classes.Chunk(h * w).Select(one => new Picture(one, h, w, 1))];
    }

    private static SegmentationBatch Batch(SegmentationSource train, long[] places, SegmentationConfig config, ulong seed, int epoch)
    {
        var pairs = new SegmentationPair[places.Length];
        Each.InParallel(places.Length, i =>
        {
            var pair = train.Pair((int)places[i]);
            pairs[i] = config.Crop is null ? pair : config.Crop.Apply(pair, new SampleDraw(seed, epoch, places[i]));
        });
        if (pairs.FirstOrDefault(pair => pair.Image.Height != config.Window || pair.Image.Width != config.Window) is { } odd)
            throw new ArgumentException($"An image is {odd.Image.Height} × {odd.Image.Width}, the encoder sees {config.Window} × {config.Window}. Set Crop, or Window.");
        return SegmentationBatch.Of(pairs, places, train.Manifest.Image);
    }
}
