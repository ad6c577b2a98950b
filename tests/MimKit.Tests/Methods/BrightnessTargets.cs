using MimKit.Data;
using MimKit.Models;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Methods;

/// <summary>Brightness in four steps: a tokenizer without training.</summary>
internal sealed class BrightnessCodes(PatchGrid grid) : Target
{
    public override PatchGrid Grid => grid;
    public override int Size => 4;
    public override TargetValues Of(Tensor view) => new(grid.Cut(view).mean([-1]).add(2).clamp(0, 3).to(int64));
}

/// <summary>Waves of brightness: a teacher without training.</summary>
internal sealed class BrightnessWaves(PatchGrid grid) : Target
{
    public override PatchGrid Grid => grid;
    public override int Size => 5;
    public override TargetValues Of(Tensor view) => new((grid.Cut(view).mean([-1], keepdim: true) * torch.arange(1, 6, ScalarType.Float32)).sin());
}
