using System.Collections.Frozen;
using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>Anything the <see cref="Trainer"/> can train: a MIM method, a teacher, a tokenizer.</summary>
public interface ITrainable
{
    /// <summary>The method's record: its <c>ToString()</c> heads the log, its properties go into <c>run.json</c>.</summary>
    object Config { get; }

    /// <summary>Holds every trained parameter and every buffer that belongs in a checkpoint, by name.</summary>
    nn.Module Network { get; }

    /// <summary>The loss of one batch: a float32 scalar with its graph.</summary>
    /// <param name="batch">Images [B, C, H, W], labels [B], indices.</param>
    /// <param name="draw">The step's random numbers; nothing else may be random.</param>
    Tensor Step(Batch batch, Draw draw);

    /// <summary>Called after the optimizer's step, for targets that follow the student.</summary>
    void AfterStep() { }

    /// <summary>
    /// Called once before training with several processes. Gradients are summed by the trainer; what else a step takes from its batch (a
    /// codebook's counts, a centre) is summed over <paramref name="ranks"/> by the subject, so that it is the same on all of them.
    /// </summary>
    void JoinRanks(IProcessGroup ranks) { }

    /// <summary>Tensors outside <see cref="Network"/> that a resumed run needs; they are loaded back in place.</summary>
    IReadOnlyDictionary<string, Tensor> TargetState => FrozenDictionary<string, Tensor>.Empty;
}
