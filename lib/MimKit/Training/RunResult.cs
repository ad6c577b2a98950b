using MimKit.Reports;

namespace MimKit.Training;

/// <summary>A finished run.</summary>
/// <param name="Config">The method's record.</param>
/// <param name="Plan">How it was trained.</param>
/// <param name="Log">Every logged step, those of earlier sittings included.</param>
/// <param name="Seconds">Training time, all sittings together.</param>
/// <param name="Provenance">Where.</param>
public sealed record RunResult(object Config, TrainingPlan Plan, IReadOnlyList<LogLine> Log, double Seconds, Provenance Provenance)
{
    /// <summary>Mean loss over the last logged window.</summary>
    public double FinalLoss => Log[^1].Loss;
    public double Minutes => Seconds / 60;

    /// <summary>Between the first and the last logged step: without the start, which allocates.</summary>
    public double ImagesPerSecond => (Log[^1].Step - Log[0].Step) * Plan.BatchSize / (Log[^1].Elapsed - Log[0].Elapsed);

    public override string ToString() => FormattableString.Invariant(
        $"{Plan.Epochs} epochs, {Log[^1].Step:N0} steps in {Minutes:F1} min: loss {FinalLoss:F4}, seed {Plan.Seed}, commit {Provenance.Source}");
}
