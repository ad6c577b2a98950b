using System.Diagnostics;
using MimKit.Data;
using static System.FormattableString;

namespace MimKit.Training;

/// <summary>
/// What a loop tells while it runs. The loss is summed on the device and read back once every <see cref="TrainingPlan.LogEvery"/>
/// steps; the line on the terminal is overwritten in place.
/// </summary>
/// <param name="utilisation">Of the device, from images a second; null where it is not known.</param>
sealed class StepLog(TrainingPlan plan, int stepsPerEpoch, long start, double earlierSeconds, Tensor lossSum, Health health, Func<double, double>? utilisation, TextWriter output) : IDisposable
{
    const int Unsteady = 3, Timed = 8;                                  // the first steps allocate; the next are the estimate

    readonly long _start = start, _total = (long)plan.Epochs * stepsPerEpoch;
    readonly Stopwatch _watch = Stopwatch.StartNew();
    readonly Stopwatch _waiting = new();
    long _logged = start - start % plan.LogEvery, _timedFrom = start;
    double _windowStart, _windowWait, _steadyStart;
    long _windowFrom = start, _bad;
    int _lineLength;

    /// <summary>Training time in seconds, earlier sittings included.</summary>
    public double Seconds => earlierSeconds + _watch.Elapsed.TotalSeconds;

    /// <summary>The batches, with the time that the loop waits for each.</summary>
    public IEnumerable<Batch> Waiting(IEnumerable<Batch> batches)
    {
        using var source = batches.GetEnumerator();
        while (true)
        {
            _waiting.Start();
            var more = source.MoveNext();
            _waiting.Stop();
            if (!more) yield break;
            yield return source.Current;
        }
    }

    /// <summary>Counts a step; gives a line where one is due. One read of the device then, none otherwise.</summary>
    /// <exception cref="DivergedException">A step had a NaN or an infinity, and the plan says to stop.</exception>
    public LogLine? Step(Tensor loss, long done, double learningRate)
    {
        using (no_grad()) lossSum.add_(Health.Counted(loss));
        Estimate(done);
        if (done % plan.LogEvery != 0 && done != _total) return null;

        var bad = health.Bad;
        if (bad > 0 && plan.WhenNonFinite == NonFinite.Stop) throw Diverged(health.First, learningRate);
        var mean = lossSum.ToDouble() / Math.Max(1, done - _logged - (bad - _bad));
        _bad = bad;
        lossSum.zero_();
        var line = Line(mean, done, learningRate);
        (_logged, _windowFrom, _windowStart, _windowWait) = (done, done, _watch.Elapsed.TotalSeconds, _waiting.Elapsed.TotalSeconds);
        Show(line);
        return line;
    }

    public void Dispose()
    {
        if (_lineLength > 0) output.WriteLine();
    }

    LogLine Line(double mean, long done, double learningRate)
    {
        var now = _watch.Elapsed.TotalSeconds;
        var window = now - _windowStart;
        var rate = (done - _windowFrom) * plan.BatchSize / window;
        return new(done, (double)done / stepsPerEpoch, mean, learningRate,
            ImagesPerSecond: rate,
            DataWait: (_waiting.Elapsed.TotalSeconds - _windowWait) / window,
            ResidentMegabytes: Environment.WorkingSet / (double)(1 << 20),
            LiveTensors: Tensor.TotalCount,
            Elapsed: Seconds,
            Remaining: (_total - done) * SecondsPerStep(done),
            Skipped: _bad,
            Utilisation: utilisation?.Invoke(rate));
    }

    double SecondsPerStep(long done) => done > _timedFrom
        ? (_watch.Elapsed.TotalSeconds - _steadyStart) / (done - _timedFrom)
        : _watch.Elapsed.TotalSeconds / (done - _start);

    void Estimate(long done)
    {
        if (done == _start + Unsteady) (_steadyStart, _timedFrom) = (_watch.Elapsed.TotalSeconds, done);
        if (done != _start + Timed) return;
        var perStep = SecondsPerStep(done);
        if (_lineLength > 0) output.WriteLine();                        // a line every few steps came first
        output.WriteLine(Invariant($"about {Clock((_total - _start) * perStep)} for {_total - _start:N0} steps at {plan.BatchSize / perStep:N0} images/s"));
    }

    void Show(LogLine line)
    {
        var text = Invariant($"epoch {line.Epoch:F2}/{plan.Epochs}  step {line.Step:N0}/{_total:N0}  loss {line.Loss:F4}  lr {line.LearningRate:E2}  ")
            + Invariant($"{line.ImagesPerSecond:N0} images/s  {(line.Utilisation is { } share ? Invariant($"{share:P0} of the peak  ") : "")}data wait {line.DataWait:P0}  {line.ResidentMegabytes:N0} MB  {line.LiveTensors:N0} tensors  {Clock(line.Remaining)} left")
            + (line.Skipped > 0 ? Invariant($"  {line.Skipped:N0} steps left out: NaN or infinite") : "");
        output.Write("\r" + text.PadRight(_lineLength));
        _lineLength = text.Length;
    }

    static string Clock(double seconds) => seconds switch
    {
        < 100 => Invariant($"{seconds:F0} s"),
        < 6000 => Invariant($"{seconds / 60:F1} min"),
        _ => Invariant($"{seconds / 3600:F1} h"),
    };

    DivergedException Diverged(long first, double learningRate) => new(first, Invariant(
        $"Step {first} (epoch {(double)first / stepsPerEpoch:F2}, learning rate {learningRate:G3}) had a NaN or an infinity in its loss or gradients; the weights are those from before it.\n") +
        Invariant($"  try: a third of LearningRate ({plan.LearningRate:G3} now), ClipNorm = 1 ({(plan.ClipNorm is { } norm ? Invariant($"{norm:G3}") : "none")} now), ") +
        Invariant($"a longer warm-up ({plan.WarmupEpochs:G3} epochs now), Precision.Float32, or WhenNonFinite = NonFinite.Skip."));
}
