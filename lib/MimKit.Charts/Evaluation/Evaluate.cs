using System.Diagnostics;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Reports;
using static System.FormattableString;

namespace MimKit.Charts;

/// <summary>Asks a model the questions of <see cref="Protocol.All"/>: <c>Evaluate.All(model)</c> in a cell, <c>mimkit evaluate RUN</c> in a terminal.</summary>
public static class Evaluate
{
    /// <summary>Every protocol. Fine-tuning is among them: with whole data sets this takes as long as a training.</summary>
    /// <param name="model">Trained.</param>
    /// <param name="data">The splits; null: Fashion-MNIST, where the model takes its images.</param>
    /// <param name="seed">Of heads, orders and samples.</param>
    public static EvaluationReport All(Method model, DataSplits? data = null, ulong seed = 0) => Some(model, data, seed);

    /// <summary>Some protocols, by name: <c>Evaluate.Some(model, data, 0, "knn", "linear")</c>.</summary>
    /// <param name="model">Trained.</param>
    /// <param name="data">The splits; null: Fashion-MNIST, where the model takes its images.</param>
    /// <param name="seed">Of heads, orders and samples.</param>
    /// <param name="protocols">Their names; all where none is given.</param>
    public static EvaluationReport Some(Method model, DataSplits? data = null, ulong seed = 0, params string[] protocols)
    {
        var encoder = (IEncoder)model.Network;
        using var subject = Subject(model.Config.GetType().Name.Replace("Config", ""), encoder, data ?? Fitting(encoder), seed);
        return Of(subject, Protocol.Named(protocols));
    }

    /// <summary>A subject with the controls that need nothing but itself: raw pixels, and the same encoder untrained.</summary>
    /// <param name="name">Of the model.</param>
    /// <param name="encoder">Frozen.</param>
    /// <param name="data">The splits.</param>
    /// <param name="seed">Of heads, orders and samples.</param>
    /// <param name="given">Further controls: a teacher, a supervised model.</param>
    /// <param name="others">Further data sets, to transfer to; their images are brought to the model's size and channels.</param>
    /// <param name="output">For progress.</param>
    public static EvaluationSubject Subject(string name, IEncoder encoder, DataSplits data, ulong seed = 0, IReadOnlyList<(string Name, IEncoder Encoder)>? given = null, IReadOnlyList<DataSplits>? others = null, TextWriter? output = null)
    {
        CheckImages(encoder.Config, data.Train.Manifest);
        IReadOnlyList<(string Name, IEncoder Encoder)> controls = [("random encoder", Representation.RandomEncoder(encoder.Config, seed)), .. given ?? []];
        return new(name, encoder, data, seed)
        {
            Controls = [Representation.RawPixels, .. controls.SelectMany(control => Representation.Of(control.Name, control.Encoder))],
            Inputs = [FrozenInput.Pixels(data.Train.Manifest.Image), .. controls.Select(control => FrozenInput.Tokens(control.Name, control.Encoder, isControl: true)), FrozenInput.Tokens(name, encoder)],
            Absent = [.. Missing.Where(wanted => controls.All(control => control.Name != wanted.Name)).Select(wanted => wanted.Said)],
            Others = [.. (others ?? []).Select(other => other.As(data.Train.Manifest.Image))],
            Output = output ?? TextWriter.Null,
        };
    }

    static readonly (string Name, string Said)[] Missing = [("teacher", "a teacher (give one with --teacher RUN)"), ("supervised", "a supervised model (give one with --supervised RUN)")];

    /// <summary>Runs protocols on a subject.</summary>
    public static EvaluationReport Of(EvaluationSubject subject, IReadOnlyList<Protocol> protocols)
    {
        var answers = new List<Answer>();
        foreach (var protocol in protocols)
        {
            Runtime.Ambient.Cancellation.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            var section = protocol.Run(subject);
            answers.Add(new(protocol, section, Stopwatch.GetElapsedTime(start).TotalSeconds));
            subject.Output.WriteLine(Invariant($"{protocol.Name}: {section.Summary} ({answers[^1].Seconds:F0} s)"));
        }
        return new(subject.Name, Invariant($"{subject.Train.Name}: {subject.Train.Count:N0} train, {subject.Val.Count:N0} val, {subject.TestReads.FirstOrDefault()?.Images ?? 0:N0} test images"),
            answers, subject.TestReads, Provenance.Current);
    }

    static DataSplits Fitting(IEncoder encoder)
    {
        const string Default = "fashion-mnist";
        var image = Datasets.Manifest(Default).Image;
        return (image.Channels, image.Height) == (encoder.Config.Channels, encoder.Config.ImageSize) ? Datasets.Open(Default)
            : throw new ArgumentException($"The model takes {encoder.Config.Channels}x{encoder.Config.ImageSize}x{encoder.Config.ImageSize} images, which {Default} has not: say which data, as in Evaluate.All(model, Datasets.Open(NAME)).");
    }

    static void CheckImages(VitConfig config, DataManifest data)
    {
        if ((data.Image.Channels, data.Image.Height, data.Image.Width) != (config.Channels, config.ImageSize, config.ImageSize))
            throw new ArgumentException($"The model takes {config.Channels}x{config.ImageSize}x{config.ImageSize} images, {data.Name} has {data.Image.Channels}x{data.Image.Height}x{data.Image.Width}. Evaluate it on data of its own size.");
    }
}
