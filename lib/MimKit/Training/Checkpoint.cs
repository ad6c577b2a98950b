using System.Globalization;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;

namespace MimKit.Training;

/// <summary>
/// The state of a run between two steps: weights in <c>checkpoint-STEP.safetensors</c>; moments, targets and position in
/// <c>trainer.safetensors</c>, which names its weights. The second is renamed into place last, so that a crash at any moment leaves
/// a matching pair. Randomness has no state: it is a function of the position.
/// </summary>
sealed class Checkpoint(RunFolder folder, ITrainable subject, AdamW optimizer, int stepsPerEpoch)
{
    const string TrainerFile = "trainer.safetensors";
    const string Moments = "optimizer.", Targets = "target.", LossSum = "log.loss_sum";

    public string Folder => folder.Path;

    /// <summary>Whether there is a state to go on from.</summary>
    public bool Exists => File.Exists(folder.In(TrainerFile));

    /// <summary>Writes both files; the checkpoint of an earlier interruption, which lies within an epoch, goes.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="seconds">Training time so far.</param>
    /// <param name="lossSum">Of the log's unfinished window.</param>
    public void Save(long step, double seconds, Tensor lossSum)
    {
        var earlier = Exists ? StepOf(Position()) : step;
        var weights = Name(step);
        Safetensors.Save(folder.In(weights), subject.Network.state_dict(), new Dictionary<string, string> { ["method"] = subject.Config.ToString() ?? "" });

        var state = new Dictionary<string, Tensor> { [LossSum] = lossSum };
        foreach (var (name, tensor) in optimizer.State()) state[Moments + name] = tensor;
        foreach (var (name, tensor) in subject.TargetState) state[Targets + name] = tensor;
        Safetensors.Save(folder.In(TrainerFile), state, new Dictionary<string, string>
        {
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
            ["optimizer_steps"] = optimizer.Steps.ToString(CultureInfo.InvariantCulture),
            ["seconds"] = seconds.ToString("R", CultureInfo.InvariantCulture),
            ["weights"] = weights,
        });
        if (earlier != step && earlier % stepsPerEpoch != 0) File.Delete(folder.In(Name(earlier)));
    }

    /// <summary>Copies the state into subject and optimizer, in place.</summary>
    /// <returns>Steps done and training time.</returns>
    public (long Step, double Seconds) Load(Tensor lossSum)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var position = Position();
        var state = Safetensors.Load(folder.In(TrainerFile));
        subject.Network.load_state_dict(Safetensors.Load(folder.In(position["weights"])));
        foreach (var (name, tensor) in optimizer.State()) Restore(tensor, Moments + name, state);
        foreach (var (name, tensor) in subject.TargetState) Restore(tensor, Targets + name, state);
        Restore(lossSum, LossSum, state);
        optimizer.Steps = long.Parse(position["optimizer_steps"], CultureInfo.InvariantCulture);
        return (StepOf(position), double.Parse(position["seconds"], CultureInfo.InvariantCulture));
    }

    void Restore(Tensor target, string name, Dictionary<string, Tensor> state)
    {
        if (!state.TryGetValue(name, out var value) || !value.shape.SequenceEqual(target.shape))
            throw new InvalidDataException($"{folder.In(TrainerFile)} does not fit this method: '{name}' is {(value is null ? "missing" : value.ToString())}, wanted {target}. It was written by another version; start a new run.");
        target.copy_(value);
    }

    IReadOnlyDictionary<string, string> Position()
    {
        using var file = new SafetensorsFile(folder.In(TrainerFile));
        return file.Metadata;
    }

    static long StepOf(IReadOnlyDictionary<string, string> position) => long.Parse(position["step"], CultureInfo.InvariantCulture);
    static string Name(long step) => FormattableString.Invariant($"checkpoint-{step:00000000}.safetensors");
}
