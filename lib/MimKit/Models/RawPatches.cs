using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>The control without an encoder: a patch's features are its own pixels. The class token is their mean.</summary>
public sealed class RawPatches : nn.Module, IEncoder
{
    /// <param name="grid">how images are cut; square</param>
    public RawPatches(PatchGrid grid) : base(nameof(RawPatches)) =>
        (Grid, Config) = (grid, new VitConfig { Width = grid.PatchValues, Blocks = 1, Heads = 1, PatchSize = grid.PatchSize, ImageSize = grid.Rows * grid.PatchSize, Channels = grid.Channels });

    public VitConfig Config { get; }
    public PatchGrid Grid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> BlockOutputs(Tensor images, int last, Draw? draw = null)
    {
        if (last != 1) throw new ArgumentException($"The outputs of the last {last} blocks were asked for; raw patches are one.");
        var patches = Grid.Cut(images);                                            // [B, N, p · p · C]
        return [cat([patches.mean([1L], keepdim: true), patches], 1)];
    }

    public Tensor Normalise(Tensor tokens) => tokens;

    /// <summary>There is none.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public Tensor AttentionWeights(Tensor images, int? block = null) => throw new NotSupportedException("Raw patches attend to nothing.");

    public IEncoder ForImages(int imageSize, Precision precision, double dropPath = 0) => new RawPatches((Config with { ImageSize = imageSize }).Grid());
}
