using System.CommandLine;
using MimKit.Cli.Settings;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit teacher train NAME</c> and <c>teacher show RUN</c>: a teacher into a run folder; what its features are worth on val.</summary>
static class TeacherCommand
{
    public static Command Create(TextWriter output)
    {
        var run = new Argument<string>("RUN") { Description = "A run folder of 'teacher train'." };
        var data = new Option<string>("--data") { HelpName = "NAME", Description = "A data set, as 'mimkit data list' names it.", DefaultValueFactory = _ => "fashion-mnist" };
        var show = new Command("show", "Says what a teacher's features are worth on val: kNN-20, beside raw pixels.") { run, data };
        show.SetAction(parsed => Show(parsed.GetRequiredValue(run), Datasets.Open(parsed.GetRequiredValue(data)), output));
        return new("teacher", "Teachers: networks whose features are targets.")
        {
            PretrainCommand.Create("train", "Trains a teacher on a data set, into a run folder.", new("NAME", TeacherRecipe.Names, TeacherRecipe.Of), output),
            show,
        };
    }

    // val, because a teacher is chosen by it; test is read where a table is made
    static int Show(string run, DataSplits data, TextWriter output)
    {
        using var scope = NewDisposeScope();
        var scale = InputScale.Of(data.Train.Manifest);
        output.WriteLine($"kNN-20 on {data.Val.Name} val, gallery train:");
        output.WriteLine(FormattableString.Invariant($"  raw pixels      {Accuracy(Features.RawPixels):F4}"));
        foreach (var (name, pooling) in new[] { ("class token", Pooling.ClassToken), ("mean of patches", Pooling.MeanPatches) })
        {
            using var teacher = Trained.Dino(run, pooling);
            output.WriteLine(FormattableString.Invariant($"  {name,-15} {Accuracy(set => Features.Extract(images => teacher.Pooled(images, scale), set)):F4}"));
        }
        return 0;

        double Accuracy(Func<ImageSet, FeatureSet> features)
        {
            using var _ = NewDisposeScope();
            return Knn.Classify(features(data.Train), features(data.Val)).Accuracy;
        }
    }
}
