using MimKit.Data;
using MimKit.Models;
using MimKit.Training;

namespace MimKit.Evaluation;

/// <summary>A finished fine-tuning.</summary>
/// <param name="Name">Of the row: the model, or "from scratch".</param>
/// <param name="Config">How it was tuned.</param>
/// <param name="Val">Top-1 on val.</param>
/// <param name="Averaged">Whether val preferred the moving average of the weights.</param>
/// <param name="Test">Its one read of test.</param>
/// <param name="Minutes">Of training.</param>
public sealed record FineTuned(string Name, FineTuningConfig Config, double Val, bool Averaged, Classified Test, double Minutes)
{
    /// <summary>Tunes a whole network on train, chooses between weights and their average on val, reads test once.</summary>
    /// <param name="name">Of the row.</param>
    /// <param name="config">How.</param>
    /// <param name="subject">The splits and the seed.</param>
    /// <param name="encoder">Pre-trained; null: from scratch.</param>
    public static FineTuned Of(string name, FineTuningConfig config, EvaluationSubject subject, IEncoder? encoder)
    {
        config = config with { BatchSize = Math.Min(config.BatchSize, subject.Train.Count / 2 * 2) };       // even, for mixing
        using var tuning = config.Build(subject.Train, subject.Seed, encoder);
        var trainer = new Trainer(tuning, subject.Train, config.Plan(subject.Seed, encoder?.Config.Blocks)) { Output = subject.Output };
        var run = trainer.Run();
        using var average = trainer.Average;
        var val = tuning.Evaluate(subject.Val).Top1.Accuracy;
        using var better = average is null ? null : Better(tuning, average, subject.Val, ref val);
        return new(name, config, val, better is not null, tuning.Evaluate(subject.Test($"fine-tuning: {name}")), run.Minutes);
    }

    // the average in the network's place where val likes it better
    private static IDisposable? Better(FineTuning tuning, Runtime.Ema average, ImageSet set, ref double val)
    {
        var loan = average.Borrow();
        var averaged = tuning.Evaluate(set).Top1.Accuracy;
        if (averaged > val)
        {
            val = averaged;
            return loan;
        }
        loan.Dispose();
        return null;
    }
}
