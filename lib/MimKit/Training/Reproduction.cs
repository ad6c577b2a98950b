using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>Does a bad step again under a watch that names where its first NaN or infinity comes from, and keeps what it was done with.</summary>
sealed class Reproduction(ITrainable subject, IBatches loader, TrainingPlan plan)
{
    /// <param name="step">From 0; the network still has the weights that it began with.</param>
    /// <param name="folder">Where <c>nonfinite-STEP</c> goes: weights, batch and this report; null: nowhere.</param>
    /// <returns>The report.</returns>
    public string Of(long step, RunFolder? folder)
    {
        using var scope = NewDisposeScope();
        var (epoch, place) = ((int)(step / loader.BatchesPerEpoch), (int)(step % loader.BatchesPerEpoch));
        using var batches = loader.Epoch(epoch, place).GetEnumerator();            // its batch lives as long as it does
        batches.MoveNext();
        var batch = batches.Current;
        var report = $"  where: {Where(batch, new Draw(plan.Seed, epoch, batch.Indices) { Step = step })}";
        if (folder is null) return report;

        var bundle = Directory.CreateDirectory(folder.In(FormattableString.Invariant($"nonfinite-{step:00000000}"))).FullName;
        Safetensors.Save(Path.Combine(bundle, "weights.safetensors"), subject.Network.state_dict());
        Safetensors.Save(Path.Combine(bundle, "batch.safetensors"), new Dictionary<string, Tensor> { ["images"] = batch.Images, ["labels"] = batch.Labels, ["indices"] = tensor(batch.Indices) });
        report += $"\n  to see it again: {bundle} has the weights and the batch; seed {plan.Seed}, epoch {epoch}, step {step}";
        File.WriteAllText(Path.Combine(bundle, "report.txt"), $"{subject.Config}\n{plan}\n{report}\n");
        return report;
    }

    string Where(Batch batch, Draw draw)
    {
        if (!batch.Images.isfinite().all().item<bool>()) return "the batch itself has a NaN or an infinity";
        try
        {
            using var watch = autograd.detect_anomaly();
            subject.Step(batch, draw).backward();
            return "done again, the step has none: it came from something outside weights, batch and draws (a target's state, or a race)";
        }
        catch (TorchException first)
        {
            return first.Message;
        }
        finally
        {
            foreach (var parameter in subject.Network.parameters()) parameter.grad = null;
        }
    }
}
