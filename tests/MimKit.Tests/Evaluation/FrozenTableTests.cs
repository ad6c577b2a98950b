using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class FrozenTableTests
{
    internal static readonly VitConfig Shape = new() { Width = 16, Blocks = 2, Heads = 2, PatchSize = 2, ImageSize = 4, Channels = 1 };

    // Three classes by brightness.
    internal static ImageSet Brightness(int count, string split, ulong seed)
    {
        var noise = TinySubject.Images(count);
        var pixels = noise.Pixels.Select((pixel, i) => (byte)((pixel + 37 * (int)seed) % 256 / 4 + 80 * noise.Labels[i / 16])).ToArray();
        return new(noise.Manifest, split, pixels, noise.Labels);
    }

    internal static DataSplits Splits(int train = 60, int val = 30, int test = 30) => new(Brightness(train, "train", 1), Brightness(val, "val", 2), Brightness(test, "test", 3));

    internal static LearnedVit Encoder(VitConfig? shape = null)
    {
        using var scope = NewDisposeScope();
        var network = new LearnedVit(shape ?? Shape, Precision.Float32, seed: 1);
        network.eval();
        return network;
    }

    [Fact]
    public void Controls_come_first_and_each_row_reads_test_once()
    {
        using var encoder = Encoder();
        using var subject = new EvaluationSubject("mine", encoder, Splits()) { Controls = [Representation.RawPixels, .. Representation.Of("random encoder", Representation.RandomEncoder(Shape, 0))] };

        var rows = FrozenTable.Knn(subject, [1, 3, 500]);

        Assert.Equal(["raw pixels", "random encoder", "mine"], rows.Select(row => row.Name));
        Assert.Equal(3, subject.TestReads.Count);
        Assert.All(subject.TestReads, read => Assert.Equal(30, read.Images));
        Assert.All(rows, row => Assert.Equal(row.Tried.Max(choice => choice.Val), row.Val));
        Assert.Equal([1.0, 3], rows[0].Tried.Select(choice => choice.Setting));      // 500 neighbours are more than there are
        Assert.Equal(4, rows[2].Tried.Count);                                        // two poolings, two k
    }

    [Fact]
    public void Two_poolings_are_one_pass_and_are_what_the_tokens_say()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var encoder = Encoder();
        var set = Brightness(10, "test", 3);
        var tokens = ((IEncoder)encoder).Tokens(Batch.Of(set, [.. Enumerable.Range(0, 10).Select(i => (long)i)]).Images);

        var (mean, cls) = (Representation.Of("mine", encoder)[0].Extract(set), Representation.Of("mine", encoder)[1].Extract(set));
        var both = Representation.Of("mine", encoder);
        Assert.True(both[1].Extract(set).X.allclose(cls.X));
        Assert.True(both[0].Extract(set).X.allclose(mean.X));                        // the one that was kept

        Assert.True(mean.X.allclose(tokens.narrow(1, 1, 4).mean([1]), 1e-5, 1e-5));
        Assert.True(cls.X.allclose(tokens.select(1, 0), 1e-5, 1e-5));
        Assert.True(tokens.allclose(encoder.Encode(Batch.Of(set, [.. Enumerable.Range(0, 10).Select(i => (long)i)]).Images), 1e-5, 1e-5));
    }

    [Fact]
    public void NaN_features_are_named_with_their_place()
    {
        using var scope = NewDisposeScope();
        var good = new FeatureSet(torch.ones(4, 2), [0, 1, 0, 1], "made train");
        var bad = new FeatureSet(torch.tensor([1f, 1, 1, float.NaN, 1, 1], [3, 2]), [0, 1, 0], "made test");

        Assert.Contains("made test: the features of 1 of 3 images are NaN or infinite, the first at place 1", Assert.Throws<InvalidDataException>(() => Knn.Classify(good, bad, 1)).Message);
        Assert.Contains("place 1", Assert.Throws<InvalidDataException>(() => LinearProbe.Fit(good, good, bad)).Message);
    }

    [Fact]
    public void One_class_is_refused_and_a_missing_one_is_never_said()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var one = new FeatureSet(randn(6, 2), [2, 2, 2, 2, 2, 2], "one");
        var two = new FeatureSet(tensor([-1f, -1, 1, 1], [4, 1]), [0, 0, 2, 2], "two");                // no example of class 1
        var test = new FeatureSet(tensor([-1f, 1, 0.9f], [3, 1]), [0, 2, 1], "test");

        Assert.Contains("All 6 training labels are class 2", Assert.Throws<ArgumentException>(() => LinearProbe.Fit(one, one, one)).Message);
        Assert.Equal([true, true, false], LinearProbe.Fit(two, two, test).Correct);
        Assert.Equal([true, true, false], Knn.Classify(two, test, 2).Correct);
        Assert.Equal(1, Knn.Classify(one, one, 3).Accuracy);                         // whoever has seen one class says it
    }
}
