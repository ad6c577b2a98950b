using MimKit.Data;
using MimKit.Models;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.TokenMorphing;

public class SpatialConsistencyTests
{
    [Fact]
    public void Fewer_tokens_are_more_alike_and_keep_less_detail()
    {
        var images = TinySubject.Images(60);
        var curve = SpatialConsistency.Curve(new Noise(new(4, 4, 1, 1)), images, images, rounds: 2);

        Assert.Equal([16, 8, 4, 2, 1], curve.Select(point => point.Tokens));
        Assert.Equal(1, curve[0].Detail, 1e-4);                                    // token by token: nothing is lost
        Assert.Equal(1, curve[^1].PatchSimilarity, 1e-4);                          // one token an image: all patches are one
        Assert.Equal(curve.Select(point => point.PatchSimilarity).Order(), curve.Select(point => point.PatchSimilarity));
        Assert.Equal(curve.Select(point => point.Detail).OrderDescending(), curve.Select(point => point.Detail));
        Assert.Contains("proxy", SpatialConsistency.Table("noise", curve).ToString());
    }

    [Fact]
    public void Averaging_noisy_tokens_of_a_class_finds_the_class()
    {
        var images = TinySubject.Images(60);
        var curve = SpatialConsistency.Curve(new NoisyClass(new(4, 4, 1, 1), images.Labels), images, images, [16, 1], rounds: 2);
        Assert.True(curve[1].PrototypeAccuracy > curve[0].PrototypeAccuracy + 0.1, $"{curve[0]} {curve[1]}");
    }

    [Fact]
    public void Aggregating_noisy_tokens_to_half_helps_a_linear_probe_and_zero_shot()
    {
        using var scope = NewDisposeScope();
        var (images, grid) = (TinySubject.Images(120), new PatchGrid(4, 4, 1, 1));
        var (teacher, data) = (new NoisyClass(grid, images.Labels), new DataSplits(images, images, images));
        var rows = PilotStudy.Run(teacher, data, classText: NoisyClass.Directions());
        Assert.Equal([16, 8, 8, 9], rows.Select(row => row.Point.Tokens));         // token by token, matched, k-means, superpixels
        Assert.True(rows[1].ZeroShot > rows[0].ZeroShot + 0.02, $"{rows[0]} {rows[1]}");
        Assert.True(rows[1].Point.PatchSimilarity > rows[0].Point.PatchSimilarity + 0.05);
        Assert.True(rows[1].LinearProbe > rows[0].LinearProbe, $"{rows[0]} {rows[1]}");
        Assert.Contains("zero-shot", PilotStudy.Table("noise", rows).ToString());
        Assert.Null(PilotStudy.Run(teacher, data, [Morphing.ImageLevel]).Single().ZeroShot);
        Assert.Contains("wanted [3, 8]", Assert.Throws<ArgumentException>(() => PilotStudy.Run(teacher, data, classText: zeros(3, 5))).Message);
    }

    private sealed class Noise(PatchGrid grid) : Target
    {
        public override PatchGrid Grid => grid;
        public override int Size => 4;
        public override TargetValues Of(Tensor view) => new((grid.Cut(view) * torch.tensor([1f, 2, 3, 4])).add(1).cos());
    }

    // a class's direction, under noise of its own at every patch; images come in order
    private sealed class NoisyClass(PatchGrid grid, int[] labels) : Target
    {
        public override PatchGrid Grid => grid;
        public override int Size => 8;

        public static Tensor Directions()
        {
            manual_seed(1);
            return randn(3, 8);
        }

        public override TargetValues Of(Tensor view)
        {
            var own = Directions().index_select(0, torch.tensor([.. labels.Take((int)view.size(0)).Select(label => (long)label)])).unsqueeze(1);
            return new(own + randn(view.size(0), grid.Count, 8) * 3);
        }
    }
}
