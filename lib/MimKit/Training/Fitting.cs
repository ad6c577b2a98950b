using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>After a step ran out of memory: finds by trial how large a part of the batch fits, and says how to train with it.</summary>
static class Fitting
{
    /// <param name="full">What libtorch said.</param>
    /// <param name="subject">Its gradients are dropped.</param>
    /// <param name="train">The plan's images.</param>
    /// <param name="plan">Whose step did not fit.</param>
    /// <returns>The same failure with what to do.</returns>
    public static TorchException Explained(TorchException full, ITrainable subject, IImages train, TrainingPlan plan)
    {
        var parts = plan.Accumulate;
        do parts *= 2;
        while (parts <= plan.BatchSize && !Fits(subject, train, plan, plan.BatchSize / parts));
        var said = $"A step of {plan.BatchSize} images{(plan.Accumulate > 1 ? $" in {plan.Accumulate} parts" : "")} ran out of memory ({full.Message}).\n  ";
        return new(said + (parts <= plan.BatchSize
            ? $"tried: {plan.BatchSize / parts} images at once fit. Accumulate = {parts} gives the same gradients in parts of that size; or set BatchSize = {plan.BatchSize / parts}."
            : "tried: not even one image fits. Take a smaller model, or end what else holds the memory."));
    }

    static bool Fits(ITrainable subject, IImages train, TrainingPlan plan, int images)
    {
        foreach (var parameter in subject.Network.parameters()) parameter.grad = null;
        try
        {
            using var scope = NewDisposeScope();
            foreach (var parameter in subject.Network.parameters()) torch.zeros([2, parameter.numel()], device: parameter.device);   // AdamW's moments
            using var batches = train.Batches(images, plan.Seed).Epoch(0).GetEnumerator();
            batches.MoveNext();
            subject.Step(batches.Current, new Draw(plan.Seed, 0, batches.Current.Indices)).backward();
            return true;
        }
        catch (TorchException full) when (full.Kind == TorchErrorKind.OutOfMemory)
        {
            return false;
        }
        finally
        {
            foreach (var parameter in subject.Network.parameters()) parameter.grad = null;
        }
    }
}
