using MimKit.Metrics;
using MimKit.Training;

namespace MimKit.Charts;

public static partial class Chart
{
    /// <summary>Training loss by epoch, beside what predictors without a network reach on held-out images in the same unit.</summary>
    /// <param name="title">what is trained</param>
    /// <param name="runs">a curve each</param>
    /// <param name="xray">the levels; null where there are none</param>
    /// <param name="unit">of the loss; the X-ray's when there is one</param>
    public static Figure Loss(string title, IReadOnlyList<(string Name, IReadOnlyList<LogLine> Log)> runs, LossXray? xray = null, string unit = "") =>
        Lines(title, "epoch", $"training loss / {xray?.Unit ?? unit}",
            [.. runs.Select(run => new Series(run.Name, [.. run.Log.Select(line => line.Epoch)], [.. run.Log.Select(line => line.Loss)]))],
            xray?.Levels.Select(level => new Level(level.Predictor, level.Loss)).ToList());
}
