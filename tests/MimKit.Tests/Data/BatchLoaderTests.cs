using MimKit.Data;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Data;

public class BatchLoaderTests
{
    [Fact]
    public void A_batch_holds_normalised_images_and_their_labels()
    {
        using var tiny = new TinyDataset();
        var test = Datasets.Open("tiny").Test;
        using var batch = Batch.Of(test, [4, 1]);
        Assert.Equal([2, 1, 2, 3], batch.Images.shape);
        Assert.Equal(ScalarType.Float32, batch.Images.dtype);
        Assert.Equal(ScalarType.Int64, batch.Labels.dtype);
        Assert.Equal([1L, 1L], batch.Labels.ToArray<long>());
        var values = batch.Images.ToArray<float>();
        for (var i = 0; i < 6; i++) Assert.Equal(((40 + i) / 255f - 0.5f) / 0.25f, values[i], 1e-6f);
        Assert.Equal((10 / 255f - 0.5f) / 0.25f, values[6], 1e-6f);
    }

    [Fact]
    public void An_epoch_shows_every_image_once_and_its_order_follows_from_seed_and_epoch()
    {
        using var tiny = new TinyDataset();
        var train = Datasets.Open("tiny").Train;
        var loader = new BatchLoader(train, 5, seed: 3, dropLast: false);
        var indices = loader.Epoch(2).SelectMany(batch => batch.Indices).ToArray();
        Assert.Equal(3, loader.BatchesPerEpoch);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (long)i), indices.Order());
        Assert.Equal(indices, new BatchLoader(train, 4, seed: 3).Epoch(2).SelectMany(batch => batch.Indices));
        Assert.NotEqual(indices, new BatchLoader(train, 4, seed: 3).Epoch(1).SelectMany(batch => batch.Indices));
        Assert.NotEqual(indices, new BatchLoader(train, 4, seed: 4).Epoch(2).SelectMany(batch => batch.Indices));
    }

    [Fact]
    public void A_resumed_epoch_goes_on_where_it_stopped()
    {
        using var tiny = new TinyDataset();
        var loader = new BatchLoader(Datasets.Open("tiny").Train, 4, seed: 1);
        Assert.Equal(loader.Epoch(0).Skip(1).SelectMany(batch => batch.Indices), loader.Epoch(0, firstBatch: 1).SelectMany(batch => batch.Indices));
        Assert.Empty(loader.Epoch(0, firstBatch: 3));
        Assert.Contains("outside epochs of 3 batches", Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(0, firstBatch: 4)).Message);
    }

    [Fact]
    public void An_epoch_leaves_no_tensor_alive()
    {
        using var tiny = new TinyDataset();
        var loader = new BatchLoader(Datasets.Open("tiny").Train, 4, seed: 1);
        var before = Tensor.TotalCount;
        foreach (var batch in loader.Epoch(0)) Assert.Equal(4, batch.Labels.NumberOfElements);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_set_that_does_not_fill_a_batch_is_refused()
    {
        using var tiny = new TinyDataset();
        Assert.Contains("does not fill one batch of 13",
            Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader(Datasets.Open("tiny").Train, 13, seed: 0)).Message);
    }
}
