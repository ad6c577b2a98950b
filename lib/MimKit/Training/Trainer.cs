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

    /// <summary>Where progress is written: the terminal or the notebook cell.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Trains to the end of the plan.</summary>
    /// <exception cref="OperationCanceledException">Training was interrupted; the message says how to go on.</exception>
    /// <exception cref="DivergedException">The loss is NaN or infinite.</exception>
    public RunResult Run()
    {
        plan.Check(train.Count);
        if (Resume && plan.RunFolder is null) throw new ArgumentException("Resume needs the RunFolder of the run to go on from.");
        var loader = new BatchLoader(train, plan.BatchSize, plan.Seed);
        var perEpoch = loader.BatchesPerEpoch;
        var (step, total) = (0L, (long)plan.Epochs * perEpoch);
        var earlier = 0.0;
        using var optimizer = optim.AdamW(ParameterGroups.Of(subject.Network, plan));
        using var lossSum = torch.zeros(Array.Empty<long>()).DetachFromDisposeScope();
        var folder = plan.RunFolder is { } path ? new RunFolder(path, subject, train, plan, Resume) : null;
        var checkpoint = folder is null ? null : new Checkpoint(folder, subject, optimizer, perEpoch);
        if (Resume && checkpoint!.Exists) (step, earlier) = checkpoint.Load(lossSum);
        folder?.TruncateAfter(step);
        var lines = new List<LogLine>(folder?.Lines ?? []);

        Output.WriteLine($"{subject.Config}\n{train}; {plan.Epochs} epochs of {perEpoch:N0} steps, batch {plan.BatchSize}, seed {plan.Seed}{(step > 0 ? $"; goes on after step {step:N0}" : "")}");
        subject.Network.train();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);   // what reading data left behind: from here on memory is flat
        using var log = new StepLog(plan, perEpoch, step, earlier, lossSum, Output);
        for (var epoch = (int)(step / perEpoch); epoch < plan.Epochs; epoch++)
        {
            foreach (var batch in log.Waiting(loader.Epoch(epoch, firstBatch: (int)(step % perEpoch))))
            {
                using var scope = NewDisposeScope();                               // all temporaries of this step die here
                var draw = new Draw(plan.Seed, epoch, batch.Indices) { Step = step };   // the same for any worker count or resume
                var rate = Schedule.LearningRate(plan, step, perEpoch);

                optimizer.zero_grad();
                var loss = subject.Step(batch, draw);
                loss.backward();

                Update(optimizer, rate, Schedule.WeightDecay(plan, step, perEpoch));
                subject.AfterStep();
                step++;

                if (log.Step(loss, step, rate) is { } line) Tell(line, lines, folder);
                if (Ambient.Cancellation.IsCancellationRequested && step < total) throw Stopped(step, total, checkpoint, log, lossSum);
            }
            if ((epoch + 1) % plan.CheckpointEvery == 0 || step == total) checkpoint?.Save(step, log.Seconds, lossSum);
        }
        optimizer.zero_grad();
        subject.Network.eval();
        return new(subject.Config, plan, lines, log.Seconds, Provenance.Current);
    }

    void Update(AdamW optimizer, double rate, double decay)
    {
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = rate;
            if (group.WeightDecay > 0) group.WeightDecay = decay;                  // the other group is never decayed
        }
        optimizer.step(plan.ClipNorm is { } norm ? ParameterGroups.ClipScale(subject.Network.parameters(), norm) : null);
    }

    void Tell(LogLine line, List<LogLine> lines, RunFolder? folder)
    {
        lines.Add(line);
        folder?.Append(line);
        OnLog?.Invoke(line);
    }

    static OperationCanceledException Stopped(long step, long total, Checkpoint? checkpoint, StepLog log, Tensor lossSum)
    {
        checkpoint?.Save(step, log.Seconds, lossSum);
        var how = checkpoint is null
            ? "Nothing was kept: the plan has no RunFolder. Set one to be able to go on."
            : $"The state is in {checkpoint.Folder}. To go on, run the same with Resume = true.";
        return new($"Stopped after step {step:N0} of {total:N0}. {how}", Ambient.Cancellation);
    }
}
