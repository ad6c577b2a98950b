using MimKit.Data;
using MimKit.Metrics;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

/// <summary>What tokenizers and their metrics do with what no data set should hold: a code in range, or an error that says what was wrong.</summary>
public class HostileInputTests
{
    private static readonly PatchGrid Grid = new(2, 2, 2, 1);                      // TinySubject's images: 1 x 4 x 4
    private static readonly VitConfig Encoder = new() { Width = 16, Blocks = 1, Heads = 2, PatchSize = 2, ImageSize = 4, Channels = 1 };
    private static readonly VqKdConfig VqConfig = VqKdConfig.Mini28 with { Encoder = Encoder, Codes = 6, CodeWidth = 4, BatchSize = 8, StartImages = 16, Precision = Precision.Float32 };

    private static VitTeacher Teacher() => new(new LearnedVit(Encoder, Precision.Float32, seed: 9), InputScale.MinusOneToOne, "random");

    private static Target Tokenizer(string kind) => kind switch
    {
        "clusters" => new ClusterTarget(new PixelClustering { Clusters = 6, Epochs = 1 }.Fit(TinySubject.Images(20), Grid)),
        "one cluster" => new ClusterTarget(new PixelClustering { Clusters = 1, Epochs = 1 }.Fit(TinySubject.Images(20), Grid)),
        "VQ-KD" => VqConfig.Build(Teacher(), TinySubject.Images(16), seed: 1).Target,
        "dVAE" => (DvaeConfig.Mini28 with { ImageSize = 4, PatchSize = 2, Hidden = 4, DecoderInput = 4, Codes = 6 }).Build(TinySubject.Images(1).Manifest, seed: 1).Target,
        _ => new RandomProjection(Grid, bits: 3, seed: 0),
    };

    public static TheoryData<string> Kinds => ["clusters", "one cluster", "VQ-KD", "dVAE", "random projection"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NaN_infinity_and_constant_images_get_codes_in_range(string kind)
    {
        using var scope = NewDisposeScope();
        var tokenizer = Tokenizer(kind);
        foreach (var pixel in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, 1e30f })
        {
            var ids = tokenizer.Of(full([2, 1, 4, 4], pixel)).Values;
            Assert.Equal([2, 4], ids.shape);
            Assert.All(ids.ToArray<long>(), id => Assert.InRange(id, 0, tokenizer.Size - 1));
        }
        var good = Batch.Of(TinySubject.Images(1), [0]).Images;
        var mixed = cat([good, full([1, 1, 4, 4], float.NaN)]);
        Assert.Equal(tokenizer.Of(good).Values.ToArray<long>(), tokenizer.Of(mixed).Values[0].ToArray<long>());   // its neighbour in the batch is untouched
    }

    [Theory]
    [InlineData("clusters")]
    [InlineData("VQ-KD")]
    public void A_patch_that_is_no_number_has_a_distance_that_is_none(string kind)
    {
        using var scope = NewDisposeScope();
        var (_, distance) = ((ICodebook)Tokenizer(kind)).Nearest(full([1, 1, 4, 4], float.NaN));
        Assert.All(distance.ToArray<float>(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Clustering_NaN_is_refused_in_every_form()
    {
        using var scope = NewDisposeScope();
        var bad = tensor([1f, 2, float.NaN, 4, 5, 6, 7, 8], [4, 2]);
        foreach (var spherical in new[] { false, true })
            Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => { new Lloyd { Spherical = spherical }.Fit(() => [bad], zeros(1, 2)); }).Message);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => { new MiniBatchKMeans(2, seed: 0).PartialFit(bad); }).Message);
    }

    [Fact]
    public void A_VQ_KD_fed_NaN_ends_its_training_with_an_error()
    {
        using var scope = NewDisposeScope();
        using var subject = VqConfig.Build(Teacher(), TinySubject.Images(16), seed: 1);
        foreach (var parameter in subject.Network.parameters().Take(1))
            using (no_grad()) parameter.fill_(float.NaN);
        Assert.Throws<DivergedException>(() => { new Trainer(subject, TinySubject.Images(16), VqConfig.Plan(0) with { LogEvery = 1 }) { Output = TextWriter.Null }.Run(); });
    }

    [Fact]
    public void Fewer_points_than_codes_and_empty_sets_are_refused()
    {
        using var scope = NewDisposeScope();
        var empty = new ImageSet(TinySubject.Images(1).Manifest, "train", [], Array.Empty<int>());
        Assert.Contains("no image", Assert.Throws<ArgumentException>(() => { new PixelClustering { Clusters = 2 }.Fit(empty, Grid); }).Message);
        Assert.Contains("cannot start from 4 points", Assert.Throws<ArgumentException>(() => { new PixelClustering { Clusters = 5, Epochs = 1 }.Fit(TinySubject.Images(1), Grid); }).Message);
        Assert.Contains("cannot start from the 0 patches", Assert.Throws<ArgumentException>(() => { VqConfig.Build(Teacher(), empty, seed: 1); }).Message);
    }

    [Fact]
    public void A_class_without_images_is_counted_as_such()
    {
        var counts = new TokenCounts(positions: 2, tokens: 3, classes: 3);
        counts.Add([0, 1, 2, 2], [0, 1]);
        var result = Tcas.Compute(counts);
        Assert.Equal(1, result.EmptyClasses);
        Assert.Equal(1.0 / 9, result.Plain, 9);                                    // classes 0 and 1 share no token; the empty one adds 1 of 9
        Assert.Contains("1 class(es) have no image", TcasResult.Table([("t", result)]).ToString());

        var nothing = Tcas.Compute(new TokenCounts(2, 3, 3));
        Assert.True(double.IsNaN(nothing.Plain));
        Assert.Equal((3, 0), (nothing.EmptyClasses, nothing.Statistics.UsedCodes));
    }
}
