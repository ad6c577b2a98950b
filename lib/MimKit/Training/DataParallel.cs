using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>
/// One rank's part in a run: its slice of every batch, and the sums that make all ranks take the same step. Draws are counted from
/// samples and gradients are weighted by images, so that N ranks walk the curve of one. Rank 0 alone writes and speaks.
/// </summary>
/// <param name="ranks">The group; null: this process is alone.</param>
sealed class DataParallel(IProcessGroup? ranks) : IDisposable
{
    GradientSum? _gradients;
    bool _stop;             // some rank was told to stop, and all know
    bool _together;         // all ranks end here and know it: there is nobody to warn

    public bool IsFirst => ranks is null or { Rank: 0 };
    public bool IsAlone => ranks is null;

    /// <summary>This rank's batches.</summary>
    public IBatches Slice(IImages train, TrainingPlan plan)
    {
        if (ranks is { Size: var size } && plan.BatchSize / plan.Accumulate < size)
            throw new ArgumentException($"BatchSize is {plan.BatchSize} in {plan.Accumulate} parts for {size} ranks; every rank needs an image of every part. Choose a batch of at least {size * plan.Accumulate}, or fewer processes.");
        return ranks is null ? train.Batches(plan.BatchSize, plan.Seed) : train.Batches(plan.BatchSize, plan.Seed, rank: ranks.Rank, ranks: ranks.Size);
    }

    /// <summary>Hands the subject its group, and every rank the weights of rank 0.</summary>
    public void Begin(ITrainable subject)
    {
        if (ranks is null) return;
        subject.JoinRanks(ranks);
        ranks.CopyFromFirst(subject.Network.state_dict().Values);
        _gradients = new GradientSum(ranks, subject.Network.parameters());
    }

    /// <summary>The backward pass that comes is the last before <see cref="Sum"/>: its gradients may travel while it runs.</summary>
    public void ExpectLastPart() => _gradients?.Expect();

    /// <summary>Rank 0 makes or enters the run folder; where a run goes on, the others read it after that.</summary>
    public RunFolder? Open(string? path, bool resume, Func<bool, RunFolder> open)
    {
        if (path is null) return null;
        var folder = IsFirst ? open(resume) : null;
        ranks?.Barrier();
        return folder ?? (resume ? open(true) : null);
    }

    /// <summary>All ranks begin at the same step, or none.</summary>
    public void CheckSameStart(long step, string? folder)
    {
        if (ranks is null) return;
        using var scope = NewDisposeScope();
        var steps = ranks.AllGather(tensor([step])).Select(other => other.item<long>()).ToArray();
        if (steps.Distinct().Count() > 1)
            throw new InvalidDataException($"The ranks would begin at different steps ({string.Join(", ", steps)} by rank): not all of them see the checkpoints of rank 0.\n  to do: put {folder} where every machine can read it.");
    }

    /// <summary>Whether the run ends after this step. Ranks ask before they sum, so that all of them end after the same one.</summary>
    public bool Stops => ranks is null ? Ambient.Cancellation.IsCancellationRequested : _stop;

    /// <summary>Gradients and loss, summed over all ranks. One read of the CPU's memory.</summary>
    public Tensor Sum(Tensor loss)
    {
        if (ranks is null) return loss;
        var stop = Ambient.Cancellation.IsCancellationRequested;
        var shared = stack([loss.detach().to(float32).reshape(Array.Empty<long>()), full(Array.Empty<long>(), stop ? 1f : 0f)]);
        _gradients!.Finish(shared);
        _stop = shared[1].ToSingle() > 0;
        return shared[0];
    }

    /// <summary>All ranks end here and know it: they wait for what rank 0 writes last.</summary>
    public void EndTogether()
    {
        ranks?.Barrier();
        _together = true;
    }

    /// <summary>Something else ended this rank: the others stop and say so.</summary>
    public void EndAlone(Exception reason)
    {
        if (!_together && reason is not RankLostException) ranks?.Abort(reason.Message.Split('\n')[0]);
    }

    public void Dispose() => _gradients?.Dispose();
}
