using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit;

/// <summary>Fourth choice of a method: at which granularity are prediction and target compared?</summary>
public abstract record Morphing
{
    /// <summary>Token by token.</summary>
    public static Morphing None { get; } = new TokenWise();

    /// <summary>Brings prediction and target to the granularity at which the objective compares them.</summary>
    /// <param name="prediction">[B, n, outputs]</param>
    /// <param name="target">at the same n patches</param>
    /// <param name="draw">the step's random numbers</param>
    public abstract (Tensor Prediction, TargetValues Target) Apply(Tensor prediction, TargetValues target, Draw draw);

    private sealed record TokenWise : Morphing
    {
        public override (Tensor, TargetValues) Apply(Tensor prediction, TargetValues target, Draw draw) => (prediction, target);
        public override string ToString() => "token by token";
    }
}
