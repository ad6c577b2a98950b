using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>What a moving average of the student makes of the whole image: the mean of its last blocks' outputs, each standardised over its width (data2vec).</summary>
/// <param name="average">starts as the student; disposed with the process, as every target's parts</param>
/// <param name="blocks">how many last blocks</param>
/// <param name="decay">of the moving average, a step</param>
public sealed class MovingAverageTarget(BeitVit average, int blocks, double decay) : Target
{
    public override PatchGrid Grid => average.Grid;
    public override int Size => average.Config.Width;
    public override IReadOnlyDictionary<string, Tensor> State => average.named_parameters().ToDictionary(named => "average." + named.name, named => (Tensor)named.parameter);

    public override TargetValues Of(Tensor view)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var outputs = average.BlockOutputs(view, blocks).Select(tokens => F.layer_norm(tokens.narrow(1, 1, Grid.Count), [Size])).ToList();   // [B, N, D]
        return new(outputs.Aggregate((sum, output) => sum + output).div(outputs.Count).MoveToOuterDisposeScope());
    }

    public override void AfterStep(nn.Module student) => Gradients.MovingAverage(average.parameters(), student.parameters(), decay);

    public override string ToString() => $"the student's moving average ({decay} a step), mean of its last {blocks} blocks";
}
