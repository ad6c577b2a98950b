using MimKit.Models;

namespace MimKit;

/// <summary>
/// The control that knows nothing: a patch's token is the signs of a few random projections of its pixels. 2^bits codes; random hyperplanes
/// through the mean colour.
/// </summary>
/// <param name="grid">the patches</param>
/// <param name="bits">projections</param>
/// <param name="seed">of the projections</param>
public sealed class RandomProjection(PatchGrid grid, int bits, ulong seed) : Target
{
    private readonly Tensor _directions = Directions(grid.PatchValues, bits, seed);   // [p · p · C, bits]

    public override PatchGrid Grid => grid;
    public override int Size => 1 << bits;

    public override TargetValues Of(Tensor view)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var positive = grid.Cut(view).matmul(_directions).gt(0).to(int64);         // [B, N, bits]
        var place = tensor(Enumerable.Range(0, bits).Select(bit => 1L << bit).ToArray());
        return new((positive * place).sum(-1L).MoveToOuterDisposeScope());
    }

    public override string ToString() => $"signs of {bits} random projections of pixels";

    private static Tensor Directions(int width, int bits, ulong seed)
    {
        using var off = no_grad();
        var directions = zeros(width, bits).DetachFromDisposeScope();
        StartingWeights.Normal(directions, "random-projection", 1, seed);
        return directions;
    }
}
