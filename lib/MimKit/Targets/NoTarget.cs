using MimKit.Models;

namespace MimKit;

/// <summary>Nothing: the target of a term that only shapes latents (<see cref="Uniformity"/>).</summary>
/// <param name="grid">the student's</param>
/// <param name="size">width of the latents</param>
public sealed class NoTarget(PatchGrid grid, int size) : Target
{
    public override PatchGrid Grid => grid;
    public override int Size => size;
    public override TargetValues Of(Tensor view) => new(zeros(view.size(0), Grid.Count, 1));
    public override string ToString() => "nothing";
}
