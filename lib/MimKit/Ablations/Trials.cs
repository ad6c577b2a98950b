using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Reports;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Ablations;

/// <summary>Trains a record and measures its frozen features: what a cell of an ablation, a claim or a results table is.</summary>
/// <param name="data">The three splits.</param>
/// <param name="scale">"smoke", "laptop", "gpu" or "paper": named in tables.</param>
/// <param name="folder">Cells and run folders go here.</param>
public sealed class Trials(DataSplits data, string scale, string folder)
{
    /// <summary>Metrics of an outcome: the method's loss on val, and what the best predictor without a network reaches.</summary>
    public static Metric HeldOutLoss { get; } = new("held-out loss");
    public static Metric TrivialLoss { get; } = new("trivial loss");

    public DataSplits Data => data;
    public string Scale => scale;

    /// <summary>Cells and run folders lie here.</summary>
    public string Folder => folder;

    /// <summary>Where progress is written.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;

    /// <summary>Whether cells of other builds of the libraries count as finished: <see cref="CellStore.AnyBuild"/>.</summary>
    public bool AnyBuild { get; init; }

    /// <summary>The cells of this data and measurement.</summary>
    public CellStore Store => new(Path.Combine(folder, "cells"), $"frozen features of {data.Train.Digest} {data.Train.Count} {data.Val.Count} {data.Test.Count}") { AnyBuild = AnyBuild };

    /// <summary>Trains one record and measures it: kNN-20 and linear probe on test, held-out loss on val.</summary>
    /// <param name="subject">Made from the record; disposed here.</param>
    /// <param name="plan">How it is trained; its run folder is set here, so that an interrupted training goes on.</param>
    /// <param name="pooling">How a method's tokens become one vector.</param>
    public Outcome Measure(ITrainable subject, TrainingPlan plan, Pooling pooling = Pooling.MeanPatches)
    {
        using var owned = subject as IDisposable;
        var placed = plan with { RunFolder = Runs.Folder(Path.Combine(folder, "runs"), subject.Config, plan, data.Train) };
        var run = new Trainer(subject, data.Train, placed) { Resume = true, Output = Output }.Run();
        using var scope = NewDisposeScope();
        var frozen = FrozenEncoder.Evaluate(Encoder(subject, pooling), data);
        var values = new Dictionary<string, double>();
        if (subject is Method method)
            (values[HeldOutLoss.Name], values[TrivialLoss.Name]) = (HeldOut.Loss(method, data.Val), Evaluation.TrivialLoss.Of(method, data.Train.Take(Math.Min(5000, data.Train.Count)), data.Val).Best);
        Directory.Delete(placed.RunFolder, recursive: true);                       // the cell is what stays
        return Of(frozen, run.Minutes, values);
    }

    /// <summary>A control without training: features as they are.</summary>
    /// <param name="frozen">From <see cref="FrozenEncoder"/>.</param>
    public static Outcome Control(FrozenResult frozen) => Of(frozen, 0, []);

    /// <summary>The same of a linear probe alone.</summary>
    public static Outcome Control(ProbeResult probe) => Of(probe, 0, []);

    private static Outcome Of(FrozenResult frozen, double minutes, Dictionary<string, double> values)
    {
        values[Metric.Knn.Name] = 100 * frozen.Knn.Accuracy;
        return Of(frozen.Probe, minutes, values);
    }

    private static Outcome Of(ProbeResult probe, double minutes, Dictionary<string, double> values)
    {
        values[Metric.LinearProbe.Name] = 100 * probe.Accuracy;
        return new(values, 100 * probe.Val.Values.Max(), minutes) { ProbeBits = Outcome.Pack(probe.Correct) };
    }

    private static Func<Tensor, Tensor> Encoder(ITrainable subject, Pooling pooling) => subject switch
    {
        Method method => images => method.Encode(images, pooling),
        Methods.Classifier classifier => classifier.Encode,
        _ => throw new ArgumentException($"{subject.GetType().Name} has no features that a probe could read."),
    };
}
