using System.CommandLine;
using MimKit.Cli.Settings;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Torch;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit teacher train NAME</c>: trains a teacher into a run folder and says on val what its features are worth.</summary>
static class TeacherCommand
{
    public static Command Create(TextWriter output) => new("teacher", "Teachers: networks whose features are targets.")
    {
        PretrainCommand.Create("train", "Trains a teacher on a data set, into a run folder.", new("NAME", TeacherRecipe.Names, TeacherRecipe.Of), output,
            (subject, data) => Report((Dino)subject, data, output)),
    };

    // on val: a teacher is chosen by it; test is read where a table is made
    static void Report(Dino dino, DataSplits data, TextWriter output)
    {
        using var scope = NewDisposeScope();
        output.WriteLine($"kNN-20 on {data.Val.Name} val, gallery train:");
        output.WriteLine(FormattableString.Invariant($"  raw pixels      {Accuracy(Features.RawPixels):F4}"));
        output.WriteLine(FormattableString.Invariant($"  class token     {Accuracy(set => Features.Extract(images => dino.Teacher.Encode(images).select(1, 0).to(float32), set)):F4}"));
        output.WriteLine(FormattableString.Invariant($"  mean of patches {Accuracy(set => Features.Extract(images => MeanPatches(dino.Teacher.Encode(images)), set)):F4}"));

        double Accuracy(Func<ImageSet, FeatureSet> features) => Knn.Classify(features(data.Train), features(data.Val)).Accuracy;
    }

    static Tensor MeanPatches(Tensor tokens) => tokens.narrow(1, 1, tokens.size(1) - 1).to(float32).mean([1]);
}
