using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class TeacherTests
{
    private static readonly VitConfig Shape = new() { Width = 8, Blocks = 2, Heads = 2, PatchSize = 2, ImageSize = 4, Channels = 1 };

    private static VitTeacher Teacher(int? blocks = null, Pooling pooling = Pooling.ClassToken) =>
        new(new LearnedVit(Shape, Precision.Float32, seed: 4), InputScale.ZeroToOne, "tiny", blocks, pooling);

    [Fact]
    public void Images_are_brought_to_the_teachers_own_scale_and_size()
    {
        using var scope = NewDisposeScope();
        using var teacher = Teacher();
        var pixels = rand(2, 1, 4, 4);
        var given = new InputScale([0.3], [0.5]);
        var direct = teacher.Patches(pixels, InputScale.ZeroToOne);
        Assert.True(teacher.Patches((pixels - 0.3) / 0.5, given).allclose(direct, rtol: 1e-4, atol: 1e-5));
        Assert.Equal([2, 4, 8], teacher.Patches(rand(2, 1, 12, 12), InputScale.ZeroToOne).shape);
    }

    [Fact]
    public void Features_of_an_earlier_block_differ_from_those_of_the_last()
    {
        using var scope = NewDisposeScope();
        var images = rand(1, 1, 4, 4);
        Assert.False(Teacher(blocks: 1).Patches(images, InputScale.ZeroToOne).allclose(Teacher().Patches(images, InputScale.ZeroToOne)));
        Assert.Contains("blocks 1 to 2", Assert.Throws<ArgumentException>(() => Teacher(blocks: 3).Patches(images, InputScale.ZeroToOne)).Message);
    }

    [Fact]
    public void Pooled_features_are_the_class_token_or_the_mean_of_the_patches()
    {
        using var scope = NewDisposeScope();
        var images = rand(1, 1, 4, 4);
        var mean = Teacher(pooling: Pooling.MeanPatches);
        Assert.True(mean.Pooled(images, InputScale.ZeroToOne).allclose(mean.Patches(images, InputScale.ZeroToOne).mean([1]), rtol: 1e-5));
        Assert.Equal([1, 8], Teacher().Pooled(images, InputScale.ZeroToOne).shape);
    }

    [Fact]
    public void Clusters_of_features_are_a_target_on_the_teachers_grid()
    {
        using var scope = NewDisposeScope();
        var images = TinySubject.Images(40);
        var space = new FeatureTarget(Teacher(), InputScale.Of(images.Manifest));
        foreach (var algorithm in Enum.GetValues<ClusterAlgorithm>())
        {
            using var clusters = new VectorClustering { Clusters = 3, Epochs = 3, BatchSize = 16, Algorithm = algorithm }.Fit(images, space);
            using var batch = Batch.Of(images, [0, 1]);
            var target = new ClusterTarget(clusters);
            Assert.Equal([2, 4], target.Of(batch.Images).Values.shape);
            Assert.Equal((3, 2, 2), (target.Size, target.Grid.Rows, target.Grid.Columns));
            Assert.InRange(clusters.Fit.LargestShare, 1.0 / 3, 1);
        }
    }

    [Fact]
    public void Cached_features_are_the_teachers_and_are_computed_once()
    {
        using var scope = NewDisposeScope();
        var (root, images) = (Directory.CreateTempSubdirectory("mimkit-features-").FullName, TinySubject.Images(10));
        using var teacher = Teacher();
        var cache = CachedFeatures.Of(root, teacher, teacher.Network.state_dict(), images);
        var written = File.GetLastWriteTimeUtc(Directory.GetFiles(cache.Folder)[0]);
        var again = CachedFeatures.Of(root, teacher, teacher.Network.state_dict(), images);
        using var batch = Batch.Of(images, [.. Enumerable.Range(0, 10).Select(place => (long)place)]);
        var expected = teacher.Patches(batch.Images, InputScale.Of(images.Manifest)).flatten(0, 1);

        Assert.Equal(cache.Folder, again.Folder);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Directory.GetFiles(cache.Folder)[0]));
        foreach (var points in again.Points()) Assert.True(points.allclose(expected, rtol: 1e-2, atol: 1e-2));   // float16
        using var other = new VitTeacher(new LearnedVit(Shape, Precision.Float32, seed: 5), InputScale.ZeroToOne, "tiny");
        Assert.NotEqual(cache.Folder, CachedFeatures.Of(root, other, other.Network.state_dict(), images).Folder);
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void Random_projections_give_equal_patches_equal_tokens()
    {
        using var scope = NewDisposeScope();
        var target = new RandomProjection(new(2, 2, 2, 1), bits: 5, seed: 1);
        var ids = target.Of(tensor([1f, 2, 1, 2, 3, 4, 3, 4, -1, -2, 5, 6, -3, -4, 7, 8], [1, 1, 4, 4])).Values.ToArray<long>();
        Assert.Equal(32, target.Size);
        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(31, ids[0] ^ ids[2]);                                         // the mirrored patch has all signs turned
    }

    [Fact]
    public void Clip_gives_patch_features_in_its_shared_space()
    {
        using var scope = NewDisposeScope();
        using var teacher = new ClipTeacher(new ClipVit(new() { Width = 8, Blocks = 1, Heads = 2, PatchSize = 2, ImageSize = 4, Channels = 3 }, outputs: 5), "tiny clip");
        var features = teacher.Patches(rand(2, 1, 4, 4), InputScale.ZeroToOne);    // grey images reach it in colour
        Assert.Equal([2, 4, 5], features.shape);
        Assert.Equal(InputScale.Clip, teacher.Scale);
    }
}
