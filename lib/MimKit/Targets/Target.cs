using System.Collections.Frozen;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>Which text decides where a paper and its released code differ.</summary>
public enum Fidelity
{
    /// <summary>The paper.</summary>
    Paper,
    /// <summary>The released code, quirks included; each method's file lists them.</summary>
    AsReleased,
}

/// <summary>What is to be predicted at each patch.</summary>
/// <param name="Values">ids [B, N] int64, or vectors [B, N, D] float32</param>
/// <param name="Counted">[B, N] float32, 1 where the patch carries a signal and 0 where it is left out of the loss; null: all count</param>
public sealed record TargetValues(Tensor Values, Tensor? Counted = null)
{
    /// <summary>The values at given patches, [B, n] int64; null: all.</summary>
    public TargetValues At(Tensor? patches) => patches is null ? this : new(
        Values.ndim == 2 ? Values.gather(1, patches) : Fused.TakeTokens(Values, patches),
        Counted?.gather(1, patches));
}

/// <summary>Third choice of a method: what should be predicted at a patch?</summary>
public abstract class Target
{
    /// <summary>The patches it describes; must be the student's.</summary>
    public abstract PatchGrid Grid { get; }

    /// <summary>The data set that it was made on, by name, where it was made on one: what a display of it looks at.</summary>
    public virtual string? MadeOn { get; init; }

    /// <summary>Numbers a head needs a patch: codes to choose from, or values of a vector.</summary>
    public abstract int Size { get; }

    /// <summary>The target of every patch.</summary>
    /// <param name="view">[B, C, H, W] float32, normalised</param>
    public abstract TargetValues Of(Tensor view);

    /// <summary>The vectors in which morphing measures how alike patches are: the target's own, or one-hot ids.</summary>
    /// <param name="values">from <see cref="Of"/>, at n patches</param>
    /// <returns>[B, n, D] float32</returns>
    public virtual Tensor Likeness(TargetValues values) => values.Values.ndim == 3 ? values.Values : nn.functional.one_hot(values.Values, Size).to(float32);

    /// <summary>Called after each step with the student's network, for targets that follow it.</summary>
    public virtual void AfterStep(nn.Module student) { }

    /// <summary>Tensors that a resumed run needs, loaded back in place.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State => FrozenDictionary<string, Tensor>.Empty;
}
