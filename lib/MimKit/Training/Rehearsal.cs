using MimKit.Data;
using static System.FormattableString;

namespace MimKit.Training;

/// <summary>What a plan would cost on this machine, from a few steps of it.</summary>
/// <param name="Parameters">Trained numbers of the network.</param>
/// <param name="StateMegabytes">Weights, gradients and AdamW's two moments, in float32.</param>
/// <param name="ResidentMegabytes">Of the process, after the steps.</param>
/// <param name="FlopsPerImage">Of a forward pass of one image (<see cref="Models.ModelSummary.Flops"/>); null where the subject is not a <see cref="Method"/>.</param>
/// <param name="ImagesPerSecond">Over the steps that were timed.</param>
/// <param name="Steps">Of the whole plan.</param>
/// <param name="BatchSize">Of the plan.</param>
public sealed record Rehearsal(long Parameters, double StateMegabytes, double ResidentMegabytes, double? FlopsPerImage, double ImagesPerSecond, long Steps, int BatchSize)
{
    const int Unsteady = 3, Timed = 10;                                 // the first steps allocate

    /// <summary>What a rehearsal trains: said before it starts, since a large batch of a large model takes a while.</summary>
    public static string Announced(TrainingPlan plan) => Invariant($"timing {Unsteady + Timed} steps of {plan.BatchSize:N0} images; Ctrl-C ends it");

    /// <summary>Training time of the whole plan.</summary>
    public TimeSpan Time => TimeSpan.FromSeconds(Steps * BatchSize / ImagesPerSecond);

    /// <summary>Makes a subject of the first images, trains it for thirteen steps and times the last ten.</summary>
    /// <param name="build">Makes the subject: a tokenizer is fitted to the few images that it is given here.</param>
    /// <param name="train">The plan's images; the first thirteen batches are used, over again where there are fewer.</param>
    /// <param name="plan">What would be trained.</param>
    public static Rehearsal Of(Func<ImageSet, ITrainable> build, ImageSet train, TrainingPlan plan)
    {
        plan.Check(train.Count);
        var perEpoch = Math.Min(train.Count / plan.BatchSize, Unsteady + Timed);
        var images = train.Take(perEpoch * plan.BatchSize);
        var few = plan with { Epochs = (Unsteady + Timed + perEpoch - 1) / perEpoch, WarmupEpochs = 0, LogEvery = 1, RunFolder = null };
        var subject = build(images);
        using var owned = subject as IDisposable;
        var log = new Trainer(subject, images, few) { Output = TextWriter.Null }.Run().Log;
        var (from, to) = (log[Unsteady - 1], log[Unsteady + Timed - 1]);
        var trained = subject.Network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
        return new(trained, trained * 16 / 1048576.0, to.ResidentMegabytes, (subject as Method)?.Summary().Flops,
            Timed * plan.BatchSize / (to.Elapsed - from.Elapsed), (long)plan.Epochs * (train.Count / plan.BatchSize), plan.BatchSize);
    }

    public override string ToString()
    {
        var flops = FlopsPerImage is { } f ? Invariant($", {f / 1e9:F3} GFLOPs an image and forward pass") : "";
        var time = Time.TotalMinutes < 100 ? Invariant($"{Time.TotalMinutes:F1} min") : Invariant($"{Time.TotalHours:F1} h");
        return Invariant($"{Parameters:N0} parameters{flops}; {StateMegabytes:N0} MB of weights, gradients and moments, {ResidentMegabytes:N0} MB resident\n") +
            Invariant($"about {time} for {Steps:N0} steps at {ImagesPerSecond:N0} images/s, from {Timed} steps on this machine");
    }
}
