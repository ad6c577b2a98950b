using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// Projects patches to tokens. The weight is kept in a convolution's shape [D, C, p, p], as checkpoints have it; it is applied to
/// patches that are already cut, so that hidden patches cost nothing.
/// </summary>
public sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _proj;
    private readonly ScalarType _activations;

    public PatchEmbedding(PatchGrid grid, int width, ScalarType activations) : base(nameof(PatchEmbedding))
    {
        _activations = activations;
        register_module("proj", _proj = nn.Conv2d(grid.Channels, width, grid.PatchSize, grid.PatchSize));
    }

    /// <param name="patches">[B, M, p · p · C] in the order of <see cref="PatchGrid.Cut"/></param>
    /// <returns>[B, M, D] in the activations' dtype</returns>
    public override Tensor forward(Tensor patches)
    {
        var weight = _proj.weight.permute(0, 2, 3, 1).flatten(1);                  // [D, p · p · C]
        return Fused.Linear(patches.to(_activations), weight.to(_activations), _proj.bias);
    }
}
