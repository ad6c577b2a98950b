using MimKit.Runtime;

namespace MimKit;

/// <summary>The patches at which a term compares.</summary>
public enum Positions
{
    /// <summary>The hidden ones.</summary>
    Masked,
    /// <summary>The ones the network saw.</summary>
    Visible,
    All,
}

/// <summary>One term of a method's loss: an output of the predictor compared with a target.</summary>
/// <param name="Output">which latents, and with them which head</param>
/// <param name="Target">what they should predict</param>
/// <param name="Positions">where; the head runs at these positions only</param>
/// <param name="Morphing">at which granularity</param>
/// <param name="Objective">by which measure</param>
/// <param name="Weight">factor in the sum</param>
public sealed record Term(Output Output, Target Target, Positions Positions, Morphing Morphing, Objective Objective, double Weight = 1)
{
    /// <summary>The weighted loss of this term, scalar float32.</summary>
    /// <param name="outputs">from <see cref="Predictor.Predict"/></param>
    /// <param name="target">what <see cref="Target"/> gave for all patches</param>
    /// <param name="mask">the step's mask</param>
    /// <param name="draw">the step's random numbers</param>
    public torch.Tensor Loss(IReadOnlyDictionary<Output, Latents> outputs, TargetValues target, Mask mask, Draw draw)
    {
        var patches = Positions switch { Positions.Masked => mask.HiddenIds, Positions.Visible => mask.VisibleIds, _ => null };
        var (u, v) = (outputs[Output].At(patches), target.At(patches));
        var losses = Morphing.Apply(u, v, () => Target.Likeness(v), draw).Select(pair => Objective.Loss(pair.Prediction, pair.Target)).ToList();
        return losses.Aggregate((sum, loss) => sum + loss).mul(Weight / losses.Count);
    }

    public override string ToString() => $"{Weight} × {Objective} of {Output} with {Target} at {Positions} patches, {Morphing}";
}
