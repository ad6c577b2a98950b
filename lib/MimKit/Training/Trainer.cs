using MimKit.Data;
using MimKit.Reports;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;

namespace MimKit.Training;

/// <summary>
/// Trains one subject on one set of images by one plan. The loop holds no randomness and reads nothing back from the device except
/// the loss at a logged step. Interrupted (<see cref="Ambient.Cancellation"/>) it finishes its step and writes a checkpoint; a
/// resumed run gives the bits of one that never stopped.
/// </summary>
/// <param name="subject">What is trained.</param>
/// <param name="train">On these images.</param>
/// <param name="plan">How long and how fast.</param>
public sealed class Trainer(ITrainable subject, ImageSet train, TrainingPlan plan)
{
    /// <summary>Go on from <see cref="TrainingPlan.RunFolder"/>'s last checkpoint; where there is none, start.</summary>
    public bool Resume { get; init; }

    /// <summary>Called with every logged line, on the training thread: for live curves.</summary>
    public Action<LogLine>? OnLog { get; init; }

    /// <summary>Called after every epoch with the number of epochs done, the network as it is: for an online probe.</summary>
    public Action<int>? OnEpoch { get; init; }

    /// <summary>The moving average of the weights, where the plan asks for one; set when <see cref="Run"/> begins, and the caller's to dispose.</summary>
    public WeightAverage? Average { get; private set; }

    /// <summary>Where progress is written: the terminal or the notebook cell.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Trains to the end of the plan.</summary>
    /// <exception cref="OperationCanceledException">Training was interrupted; the message says how to go on.</exception>
    /// <exception cref="DivergedException">A loss or a gradient was NaN or infinite, and the plan says to stop; what shows it again is in the run folder.</exception>
    public RunResult Run()
    {
        plan.Check(train.Count);
        if (Resume && plan.RunFolder is null) throw new ArgumentException("Resume needs the RunFolder of the run to go on from.");
        var loader = new BatchLoader(train, plan.BatchSize, plan.Seed);
        var perEpoch = loader.BatchesPerEpoch;
        var (step, total) = (0L, (long)plan.Epochs * perEpoch);
        var earlier = 0.0;
        var groups = ParameterGroups.Of(subject.Network, plan);
        using var optimizer = optim.AdamW(groups.Select(group => group.Settings));
        using var lossSum = torch.zeros(Array.Empty<long>()).DetachFromDisposeScope();
        using var health = new Health(plan.WhenNonFinite);
        Average = plan.AverageDecay is { } decay ? new WeightAverage(subject.Network, decay) : null;
        var folder = plan.RunFolder is { } path ? new RunFolder(path, subject, train, plan, Resume) : null;
        var checkpoint = folder is null ? null : new Checkpoint(folder, subject, () => State(optimizer, lossSum), plan.KeepCheckpoints, Output);
        if (Resume && checkpoint!.Exists) (step, optimizer.Steps, earlier) = checkpoint.Load();
        folder?.TruncateAfter(step);
        var lines = new List<LogLine>(folder?.Lines ?? []);

        Output.WriteLine($"{subject.Config}\n{train}; {plan.Epochs} epochs of {perEpoch:N0} steps, batch {plan.BatchSize}{(plan.Accumulate > 1 ? $" in {plan.Accumulate} parts" : "")}, seed {plan.Seed}{(step > 0 ? $"; goes on after step {step:N0}" : "")}");
        subject.Network.train();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);   // what reading data left behind: from here on memory is flat
        using var log = new StepLog(plan, perEpoch, step, earlier, lossSum, health, Output);
        for (var epoch = (int)(step / perEpoch); epoch < plan.Epochs; epoch++)
        {
            foreach (var batch in log.Waiting(loader.Epoch(epoch, firstBatch: (int)(step % perEpoch))))
            {
                using var scope = NewDisposeScope();                               // all temporaries of this step die here
                var draw = new Draw(plan.Seed, epoch, batch.Indices) { Step = step };   // the same for any worker count or resume
                var rate = Schedule.LearningRate(plan, step, perEpoch);

                optimizer.zero_grad();
                var loss = Gradient(batch, draw);
                Update(optimizer, groups, health, loss, step, rate, Schedule.WeightDecay(plan, step, perEpoch));
                subject.AfterStep();
                Average?.Follow();
                step++;

                if (Logged(log, loss, step, rate, loader, folder) is { } line) Tell(line, lines, folder);
                if (Ambient.Cancellation.IsCancellationRequested && step < total) throw Stopped(step, total, optimizer, checkpoint, log);
                if (plan.CheckpointEverySteps is { } every && step % every == 0 && step % perEpoch != 0) checkpoint?.Save(new(step, optimizer.Steps, log.Seconds));
            }
            if ((epoch + 1) % plan.CheckpointEvery == 0 || step == total) checkpoint?.Save(new(step, optimizer.Steps, log.Seconds));
            OnEpoch?.Invoke(epoch + 1);
        }
        optimizer.zero_grad();
        subject.Network.eval();
        return new(subject.Config, plan, lines, log.Seconds, Provenance.Current);
    }

    // Draws are counted from samples, so a batch in parts meets the numbers that it would have met whole.
    Tensor Gradient(Batch batch, Draw draw)
    {
        if (plan.Accumulate == 1)
        {
            var loss = subject.Step(batch, draw);
            loss.backward();
            return loss;
        }
        var sum = torch.zeros(Array.Empty<long>());
        var size = plan.BatchSize / plan.Accumulate;
        for (var part = 0; part < plan.Accumulate; part++)
        {
            using var scope = NewDisposeScope();
            var indices = batch.Indices[(part * size)..((part + 1) * size)];
            var images = new Batch(batch.Images.narrow(0, part * size, size), batch.Labels.narrow(0, part * size, size), indices);
            var loss = subject.Step(images, draw with { Indices = indices }) / plan.Accumulate;
            loss.backward();
            using (no_grad()) sum.add_(loss.detach());
        }
        return sum;
    }

    void Update(AdamW optimizer, IReadOnlyList<ParameterGroup> groups, Health health, Tensor loss, long step, double rate, double decay)
    {
        foreach (var group in groups)
        {
            group.Settings.LearningRate = rate * group.Scale;
            if (group.Decayed) group.Settings.WeightDecay = decay;
        }
        var norm = Gradients.Norm(subject.Network.parameters());
        optimizer.step(health.Gate(norm, Gradients.ClipFactor(norm, plan.ClipNorm ?? double.PositiveInfinity), loss, step));
    }

    LogLine? Logged(StepLog log, Tensor loss, long step, double rate, BatchLoader loader, RunFolder? folder)
    {
        try { return log.Step(loss, step, rate); }
        catch (DivergedException e)
        {
            throw new DivergedException(e.Step, $"{e.Message}\n{new Reproduction(subject, loader, plan).Of(e.Step, folder)}");
        }
    }

    Dictionary<string, Tensor> State(AdamW optimizer, Tensor lossSum)
    {
        var state = new Dictionary<string, Tensor> { ["log.loss_sum"] = lossSum };
        foreach (var (name, tensor) in optimizer.state_dict()) state["optimizer." + name] = tensor;
        if (Average is not null)
            foreach (var (name, tensor) in Average.State) state["average." + name] = tensor;
        return state;
    }

    void Tell(LogLine line, List<LogLine> lines, RunFolder? folder)
    {
        lines.Add(line);
        folder?.Append(line);
        OnLog?.Invoke(line);
    }

    static OperationCanceledException Stopped(long step, long total, AdamW optimizer, Checkpoint? checkpoint, StepLog log)
    {
        checkpoint?.Save(new(step, optimizer.Steps, log.Seconds));
        var how = checkpoint is null
            ? "Nothing was kept: the plan has no RunFolder. Set one to be able to go on."
            : $"The state is in {checkpoint.Folder}. To go on, run the same with Resume = true.";
        return new($"Stopped after step {step:N0} of {total:N0}. {how}", Ambient.Cancellation);
    }
}
