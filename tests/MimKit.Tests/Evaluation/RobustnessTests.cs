using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class RobustnessTests
{
    static ImageSet Images => Datasets.Open("fashion-mnist").Test.Take(60);
    static InputScale Scale => InputScale.Of(Images.Manifest);

    // Says which tenth of all grey values the image's mean is in.
    static readonly Classifier Brightness = new("brightness", images => -((images.mean([1L, 2L, 3L]) + 0.8).mul(6).unsqueeze(1) - arange(10).to(float32)).abs(), Scale);

    static CorruptionErrors Errors(string model, double clean, params (string Family, double[] Errors)[] families) =>
        new(model, "made", clean, families.ToDictionary(one => one.Family, one => (IReadOnlyList<double>)one.Errors), 0);

    [Fact]
    public void Corruption_errors_are_those_of_a_hand_worked_case()
    {
        var own = Errors("own", 0.1, ("fog", [0.2, 0.4]), ("snow", [0.1, 0.3]));
        var reference = Errors("reference", 0.2, ("fog", [0.4, 0.8]), ("snow", [0.3, 0.5]));
        var compared = own.Against(reference);

        Assert.Equal(0.3 / 0.6, compared.CorruptionError("fog"), 12);
        Assert.Equal(0.2 / 0.4, compared.CorruptionError("snow"), 12);
        Assert.Equal(0.5, compared.MeanCorruptionError, 12);
        Assert.Equal((0.2 / 0.4 + 0.1 / 0.2) / 2, compared.RelativeMeanCorruptionError, 12);
        Assert.Contains("snow", Assert.Throws<ArgumentException>(() => own.Against(Errors("reference", 0, ("fog", [0.4]))).MeanCorruptionError).Message);
        Assert.True(double.IsNaN(own.Against(Errors("perfect", 0, ("fog", [0, 0]), ("snow", [0, 0]))).MeanCorruptionError));
    }

    [Fact]
    public void AlexNet_is_the_unit_of_published_errors()
    {
        var alexNet = CorruptionErrors.AlexNet;
        Assert.Equal(1, alexNet.Against(alexNet).MeanCorruptionError);
        Assert.Equal(15, alexNet.Families.Count);
        Assert.Equal(alexNet.Families.Keys.Order(), Corruptions.All.Select(CorruptionErrors.NameOf).Order());
    }

    [Fact]
    public void Every_family_and_severity_is_read_on_the_same_images()
    {
        var errors = CorruptionErrors.Measure(Brightness, Images, [Corruption.Brightness, Corruption.GaussianNoise]);
        Assert.Equal(["brightness", "gaussian_noise"], errors.Families.Keys);
        Assert.All(errors.Families.Values, family => Assert.Equal(5, family.Count));
        Assert.Equal(1 - Brightness.Read(Images, "clean").Accuracy, errors.Clean, 12);
        Assert.Equal(1 - Brightness.Read(Images.Corrupt(Corruption.Brightness, 3), "again").Accuracy, errors.Families["brightness"][2], 12);
    }

    [Fact]
    public void A_subset_chooses_among_its_classes_only()
    {
        using var scope = NewDisposeScope();
        var subset = new ClassSubset([3, 0], 4);
        Assert.Equal([4f, 1f], subset.Of(tensor(new float[] { 1, 9, 8, 4 }, [1, 4])).flatten().ToArray<float>());
        Assert.Equal([2f, 1f], ClassSubset.ByName(["b", "a"], ["a", "b", "c"]).Of(tensor(new float[] { 1, 2, 3 }, [1, 3])).flatten().ToArray<float>());
        Assert.Contains("Class 4", Assert.Throws<ArgumentException>(() => new ClassSubset([0, 4], 4)).Message);
        Assert.Contains("2 times", Assert.Throws<ArgumentException>(() => new ClassSubset([1, 1], 4)).Message);
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => new ClassSubset([], 4)).Message);
        Assert.Contains("none of the classifier's 1: b", Assert.Throws<ArgumentException>(() => ClassSubset.ByName(["b"], ["a"])).Message);
        Assert.Contains("5 logits", Assert.Throws<ArgumentException>(() => subset.Of(zeros(1, 5))).Message);
    }

    [Fact]
    public void A_subset_reads_a_folder_of_images_by_its_own_classes()
    {
        var root = Directory.CreateTempSubdirectory("mimkit-subset-");
        try
        {
            // two classes of four: the light pictures are the classifier's class 3, the dark ones its class 1
            foreach (var (name, level) in new[] { ("n01", (byte)200), ("n03", (byte)40) })
                for (var i = 0; i < 3; i++)
                    File.WriteAllBytes(Path.Combine(root.CreateSubdirectory(name).FullName, $"{i}.jpg"), JpegEncoder.Encode(new(Enumerable.Repeat(level, 32 * 32).ToArray(), 32, 32, 1), 95));
            var manifest = Images.Manifest with { Name = "subset", Image = new(1, 16, 16, [0.5], [0.25]), Classes = ["n01", "n03"], ClassCount = 2 };
            var source = ImageFolder.Open(manifest, "test", root.FullName);
            var model = new Classifier("four classes", images => stack([full([images.size(0)], 99f), -images.mean([1L, 2L, 3L]), full([images.size(0)], 99f), images.mean([1L, 2L, 3L])], 1), InputScale.Of(manifest));

            Assert.Equal(1, new ClassSubset([3, 1], 4).Read(model, source, side: 16).Accuracy);
            Assert.Equal(0, new ClassSubset([1, 3], 4).Read(model, source, side: 16).Accuracy);
            Assert.Contains("2 classes, the subset 3", Assert.Throws<ArgumentException>(() => new ClassSubset([0, 1, 3], 4).Read(model, source, 16)).Message);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void Occlusion_takes_as_many_patches_as_it_says_and_keeps_those_taken_before()
    {
        var seen = new List<Tensor>();
        var watching = new Classifier("watching", images =>
        {
            seen.Add(images.detach().clone().DetachFromDisposeScope());
            return zeros(images.size(0), 10);
        }, Scale);
        var curve = PatchRobustness.Occlusion(watching, Images, patch: 4, [0, 0.5, 1]);

        using var scope = NewDisposeScope();
        Assert.True(seen[0].equal(Batch.Of(Images, [.. Enumerable.Range(0, 60).Select(i => (long)i)]).Images));
        var kept = seen[1].ne(0).to(float32).reshape(60, 7, 4, 7, 4).amax([2L, 4L]).flatten(1).sum([1L]).ToArray<float>();
        Assert.All(kept, patches => Assert.Equal(49 - 24, patches));                 // round(24.5) to even
        Assert.Equal(0, seen[2].abs().sum().ToDouble());
        Assert.Equal(3, curve.Reads.Count);
        Assert.Contains("do not divide", Assert.Throws<ArgumentException>(() => PatchRobustness.Occlusion(watching, Images, 5)).Message);
        Assert.Contains("0 to 1", Assert.Throws<ArgumentException>(() => PatchRobustness.Occlusion(watching, Images, 4, [1.5])).Message);
        foreach (var tensor in seen) tensor.Dispose();
    }

    [Fact]
    public void Shuffling_moves_whole_squares_and_changes_no_pixel()
    {
        var seen = new List<float[]>();
        var watching = new Classifier("watching", images =>
        {
            seen.Add(images[0].contiguous().flatten().ToArray<float>());
            return zeros(images.size(0), 10);
        }, Scale);
        var curve = PatchRobustness.Shuffle(watching, Images);

        Assert.Equal([1, 2, 4, 7], curve.Strength);
        Assert.NotEqual(seen[0], seen[2]);
        Assert.All(seen, image => Assert.Equal(seen[0].Order(), image.Order()));
        float[] Square(float[] image, int at) => [.. Enumerable.Range(0, 49).Select(i => image[(at / 4 * 7 + i / 7) * 28 + at % 4 * 7 + i % 7])];
        var before = Enumerable.Range(0, 16).Select(at => string.Join(' ', Square(seen[0], at))).Order();
        Assert.Equal(before, Enumerable.Range(0, 16).Select(at => string.Join(' ', Square(seen[2], at))).Order());
        Assert.Contains("3 × 3", Assert.Throws<ArgumentException>(() => PatchRobustness.Shuffle(watching, Images, [3])).Message);
    }

    [Fact]
    public void A_classifier_that_gives_NaN_is_an_error() =>
        Assert.Contains("NaN", Assert.Throws<InvalidDataException>(() => (Brightness with { Logits = images => full([images.size(0), 10], float.NaN) }).Read(Images, "clean")).Message);
}
