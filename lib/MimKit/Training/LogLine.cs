namespace MimKit.Training;

/// <summary>One logged step: a line of <c>metrics.jsonl</c> and a point of a live curve.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Epoch">The same in epochs, fractional.</param>
/// <param name="Loss">Mean over the steps since the line before.</param>
/// <param name="LearningRate">Of the last step.</param>
/// <param name="ImagesPerSecond">Since the line before.</param>
/// <param name="DataWait">Share of that time spent waiting for data, 0 to 1.</param>
/// <param name="ResidentMegabytes">Resident memory of the process, 2^20 bytes.</param>
/// <param name="LiveTensors">Tensor handles alive in the process.</param>
/// <param name="Elapsed">Training time so far in seconds, earlier sittings included.</param>
/// <param name="Remaining">Estimated seconds to the end.</param>
/// <param name="Skipped">Updates left out so far in this sitting, since their step had a NaN or an infinity.</param>
/// <param name="Utilisation">Model-FLOP utilisation, 0 to 1 (<see cref="Peak"/>); null where the peak or the model's arithmetic is not known.</param>
public sealed record LogLine(
    long Step, double Epoch, double Loss, double LearningRate, double ImagesPerSecond, double DataWait,
    double ResidentMegabytes, long LiveTensors, double Elapsed, double Remaining, long Skipped = 0, double? Utilisation = null);
