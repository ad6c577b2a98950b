using MimKit.Data;
using MimKit.Reports;
using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>
/// Trains one subject on one set of images by one plan. The loop holds no randomness and reads nothing back from the device except
/// the loss at a logged step. Interrupted (<see cref="Ambient.Cancellation"/>) it finishes its step and writes a checkpoint; a
/// resumed run gives the bits of one that never stopped.
/// </summary>
/// <param name="subject">What is trained.</param>
/// <param name="train">On these images: in memory, or files with what is made of each.</param>
/// <param name="plan">How long and how fast.</param>
public sealed class Trainer(ITrainable subject, IImages train, TrainingPlan plan)
{
    /// <summary>Go on from <see cref="TrainingPlan.RunFolder"/>'s last checkpoint; where there is none, start.</summary>
    public bool Resume { get; init; }

    /// <summary>The processes that train together, each called with the same subject, images and plan; null: this one is alone. The caller's to dispose.</summary>
    public IProcessGroup? Ranks { get; init; }

    /// <summary>Called with every logged line, on the training thread: for live curves. Of several ranks the first calls it.</summary>
    public Action<LogLine>? OnLog { get; init; }

    /// <summary>Called after every epoch with the number of epochs done, the network as it is: for an online probe. Of several ranks the first calls it.</summary>
    public Action<int>? OnEpoch { get; init; }

    /// <summary>The moving average of the network's state, where the plan asks for one; set when <see cref="Run"/> begins, and the caller's to dispose.</summary>
    public Ema? Average { get; private set; }

    /// <summary>Where progress is written: the terminal or the notebook cell.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Trains to the end of the plan.</summary>
    /// <exception cref="OperationCanceledException">Training was interrupted; the message says how to go on.</exception>
    /// <exception cref="DivergedException">A loss or a gradient was NaN or infinite, and the plan says to stop; what shows it again is in the run folder.</exception>
    /// <exception cref="TorchException">A step ran out of memory: the message says which size fits.</exception>
    /// <exception cref="RankLostException">Another rank stopped or died.</exception>
    public RunResult Run()
    {
        using var observing = Ambient.Observe();       // stops after a whole step, with its checkpoint
        using var ranks = new DataParallel(Ranks);
        try
        {
            return Loop(ranks, ranks.IsFirst ? Output : TextWriter.Null);
        }
        catch (TorchException full) when (full.Kind == TorchErrorKind.OutOfMemory && ranks.IsAlone)
        {
            throw Fitting.Explained(full, subject, train, plan);
        }
        catch (Exception reason)
        {
            ranks.EndAlone(reason);
            throw;
        }
    }

    RunResult Loop(DataParallel ranks, TextWriter output)
    {
        plan.Check(train.Count);
        if (Resume && plan.RunFolder is null) throw new ArgumentException("Resume needs the RunFolder of the run to go on from.");
        var loader = ranks.Slice(train, plan);
        var perEpoch = loader.BatchesPerEpoch;
        var (step, total) = (0L, (long)plan.Epochs * perEpoch);
        var earlier = 0.0;
        var groups = ParameterGroups.Of(subject.Network, plan);
        using var optimizer = optim.AdamW(groups.Select(group => group.Settings));
        using var lossSum = torch.zeros(Array.Empty<long>()).DetachFromDisposeScope();
        using var health = new Health(plan.WhenNonFinite);
        ranks.Begin(subject);
        Average = plan.AverageDecay is { } decay ? new Ema(subject.Network, decay) : null;
        var folder = ranks.Open(plan.RunFolder, Resume, resume => new RunFolder(plan.RunFolder!, subject, train, plan, resume));
        var checkpoint = folder is null ? null : new Checkpoint(folder, subject, () => State(optimizer, lossSum), plan.KeepCheckpoints, output);
        if (Resume && checkpoint!.Exists) (step, optimizer.Steps, earlier) = checkpoint.Load();
        ranks.CheckSameStart(step, plan.RunFolder);
        if (!ranks.IsFirst) (folder, checkpoint) = (null, null);      // read, and from here on the first rank's to write
        folder?.TruncateAfter(step);
        var lines = new List<LogLine>(folder?.Lines ?? []);

        output.WriteLine($"{subject.Config}\n{train}; {plan.Epochs} epochs of {perEpoch:N0} steps, batch {plan.BatchSize}{(plan.Accumulate > 1 ? $" in {plan.Accumulate} parts" : "")}, seed {plan.Seed}{(step > 0 ? $"; goes on after step {step:N0}" : "")}");
        subject.Network.train();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);   // what reading data left behind: from here on memory is flat
        GC.WaitForPendingFinalizers();
        using var log = new StepLog(plan, perEpoch, step, earlier, lossSum, health, Utilisation(), output);
        for (var epoch = (int)(step / perEpoch); epoch < plan.Epochs; epoch++)
        {
            foreach (var batch in log.Waiting(loader.Epoch(epoch, firstBatch: (int)(step % perEpoch))))
            {
                using var scope = NewDisposeScope();                               // all temporaries of this step die here
                var draw = new Draw(plan.Seed, epoch, batch.Indices) { Step = step };   // the same for any worker count or resume
                var rate = Schedule.LearningRate(plan, step, perEpoch);

                optimizer.zero_grad();
                var loss = ranks.Sum(Gradient(ranks, batch, draw));
                Update(optimizer, groups, health, loss, step, rate, Schedule.WeightDecay(plan, step, perEpoch));
                subject.AfterStep();
                Average?.Update();
                step++;

                if (Logged(ranks, log, loss, step, rate, folder) is { } line) Tell(ranks, line, lines, folder);
                if (ranks.Stops && step < total) throw Stopped(ranks, step, total, optimizer, checkpoint, log);
                if (plan.CheckpointEverySteps is { } every && step % every == 0 && step % perEpoch != 0) checkpoint?.Save(new(step, optimizer.Steps, log.Seconds));
            }
            if ((epoch + 1) % plan.CheckpointEvery == 0 || step == total) checkpoint?.Save(new(step, optimizer.Steps, log.Seconds));
            if (ranks.IsFirst) OnEpoch?.Invoke(epoch + 1);
        }
        ranks.EndTogether();
        optimizer.zero_grad();
        subject.Network.eval();
        return new(subject.Config, plan, lines, log.Seconds, Provenance.Current);
    }

    // Draws are counted from samples, so a batch in parts meets the numbers that it would have met whole; a part weighs what its images do.
    Tensor Gradient(DataParallel ranks, Batch batch, Draw draw)
    {
        if (plan.Accumulate == 1 && ranks.IsAlone)
        {
            var loss = subject.Step(batch, draw);
            loss.backward();
            return loss;
        }
        var sum = torch.zeros(Array.Empty<long>());
        for (var part = 0; part < plan.Accumulate; part++)
        {
            using var scope = NewDisposeScope();
            var (from, to) = (batch.Indices.Length * part / plan.Accumulate, batch.Indices.Length * (part + 1) / plan.Accumulate);
            var indices = batch.Indices[from..to];
            var images = new Batch(batch.Images.narrow(0, from, to - from), batch.Labels.narrow(0, from, to - from), indices);
            var loss = subject.Step(images, draw with { Indices = indices }) * ((double)indices.Length / plan.BatchSize);
            if (part == plan.Accumulate - 1) ranks.ExpectLastPart();
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

    Func<double, double>? Utilisation()
    {
        if (Peak.FlopsPerSecond is not { } peak || subject is not Method method) return null;
        var (forward, devices) = (method.Summary().Flops, Ranks?.Size ?? 1);
        return rate => Peak.Utilisation(forward, rate, peak * devices);
    }

    LogLine? Logged(DataParallel ranks, StepLog log, Tensor loss, long step, double rate, RunFolder? folder)
    {
        try { return log.Step(loss, step, rate); }
        catch (DivergedException e)
        {
            // the first rank does the whole batch again, whichever rank's slice was bad
            var again = ranks.IsFirst ? "\n" + new Reproduction(subject, train.Batches(plan.BatchSize, plan.Seed), plan).Of(e.Step, folder) : "";
            ranks.EndTogether();
            throw new DivergedException(e.Step, e.Message + again);
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

    void Tell(DataParallel ranks, LogLine line, List<LogLine> lines, RunFolder? folder)
    {
        lines.Add(line);
        folder?.Append(line);
        if (ranks.IsFirst) OnLog?.Invoke(line);
    }

    static OperationCanceledException Stopped(DataParallel ranks, long step, long total, AdamW optimizer, Checkpoint? checkpoint, StepLog log)
    {
        checkpoint?.Save(new(step, optimizer.Steps, log.Seconds));
        ranks.EndTogether();
        var how = !ranks.IsFirst ? "The first rank has the state." : checkpoint is null
            ? "Nothing was kept: the plan has no RunFolder. Set one to be able to go on."
            : $"The state is in {checkpoint.Folder}. To go on, run the same with Resume = true.";
        return new($"Stopped after step {step:N0} of {total:N0}. {how}", Ambient.Cancellation);
    }
}
