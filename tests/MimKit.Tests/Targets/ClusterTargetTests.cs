using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

public class ClusterTargetTests
{
    private static readonly PatchGrid Grid = new(2, 2, 2, 1);                      // TinySubject's images: 1 x 4 x 4
    private static readonly ClusterFit NoFit = new(0, 0, 0);

    [Fact]
    public void Released_and_papers_assignment_by_hand()
    {
        using var scope = NewDisposeScope();
        var centres = torch.tensor([2f, 0, 0, 1, -3, 0], [3, 2]);
        var tokens = torch.tensor([.5f, 0, .9f, 1, -1, .2f], [3, 2]);

        var (ids, distance2) = Fused.NearestCentre(tokens, centres);
        Assert.Equal([1, 1, 1], ids.ToArray<long>());
        Assert.True(distance2.allclose(torch.tensor([1.25f, .81f, 1.64f])));
        Assert.Equal([0, 0, 2], ClusterTarget.LargestDot(tokens, centres).ToArray<long>());
    }

    [Fact]
    public void Clusters_of_images_count_their_members()
    {
        using var clusters = new PixelClustering { Clusters = 5, Epochs = 3, BatchSize = 16, Seed = 2 }.Fit(TinySubject.Images(50), Grid);

        Assert.Equal(5, clusters.Count);
        Assert.Equal(0, clusters.Fit.Empty);
        Assert.InRange(clusters.Fit.LargestShare, 0.2, 0.6);
        Assert.InRange(clusters.Fit.Inertia, 0.1, 5.4);                            // uniform noise over std 0.25: 4 values of variance 1.33 lie 5.3 from their mean
    }

    [Fact]
    public void Constant_images_fill_one_cluster_and_leave_the_others_empty()
    {
        var noise = TinySubject.Images(20);
        var constant = new ImageSet(noise.Manifest, "constant", [.. Enumerable.Repeat((byte)80, noise.Pixels.Length)], noise.Labels);

        using var clusters = new PixelClustering { Clusters = 3, Epochs = 2, BatchSize = 8 }.Fit(constant, Grid);

        Assert.Equal((2, 1.0), (clusters.Fit.Empty, clusters.Fit.LargestShare));
        Assert.Equal(0, clusters.Fit.Inertia, 1e-5);
    }

    [Fact]
    public void A_set_smaller_than_a_batch_is_one_batch()
    {
        using var clusters = new PixelClustering { Clusters = 2, Epochs = 1, BatchSize = 256 }.Fit(TinySubject.Images(3), Grid);
        Assert.Equal(2, clusters.Count);
        Assert.Contains("13 clusters cannot start from 12 points",
            Assert.Throws<ArgumentException>(() => new PixelClustering { Clusters = 13, Epochs = 1 }.Fit(TinySubject.Images(3), Grid)).Message);
    }

    [Fact]
    public void Clustering_stops_between_batches_when_the_host_says_so()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Ambient.Cancellation = source.Token;
        try
        {
            Assert.Throws<OperationCanceledException>(() => new PixelClustering { Clusters = 2 }.Fit(TinySubject.Images(10), Grid));
        }
        finally
        {
            Ambient.Cancellation = default;
        }
    }

    [Fact]
    public void Clusters_come_back_from_disk_as_they_were()
    {
        var path = Path.Combine(Path.GetTempPath(), $"mimkit-clusters-{Guid.NewGuid():N}.safetensors");
        try
        {
            using var saved = new Clusters(torch.tensor([1f, 2, 3, 4, 5, 6, 7, 8], [2, 4]), Grid, new(0.125, 1, 0.75));
            saved.Save(path);
            using var loaded = Clusters.Load(path);

            Assert.True(loaded.Centres.equal(saved.Centres));
            Assert.Equal((saved.Grid, saved.Fit), (loaded.Grid, loaded.Fit));

            using var other = zeros(3);
            Safetensors.Save(path, new Dictionary<string, Tensor> { ["x"] = other });
            Assert.Contains("Clusters.Save", Assert.Throws<InvalidDataException>(() => Clusters.Load(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Centres_of_another_patch_size_are_refused()
    {
        using var centres = zeros(3, 5);
        Assert.Contains("[K, 4]", Assert.Throws<ArgumentException>(() => new Clusters(centres, Grid, NoFit)).Message);
    }
}
