using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>Hides nothing: the control of a method that compares at all patches, whether it is more than distillation.</summary>
public sealed record NoMasking : Masking
{
    public override Mask Draw(PatchGrid grid, Draw draw, Func<torch.Tensor>? saliency = null) => Mask.FromHidden(new bool[draw.Count * grid.Count], grid.Count);
}
