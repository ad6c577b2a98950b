using System.CommandLine;
using MimKit.Cli.Settings;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Export;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit export RUN --onnx FILE --features FILE</c>: an encoder, or what it makes of a data set, for other programs.</summary>
static class ExportCommand
{
    public static Command Create(TextWriter output)
    {
        var run = new Argument<string>("RUN") { Description = "A run folder, or a file of weights (.safetensors, .pth, .pt)." };
        var onnx = new Option<string?>("--onnx") { HelpName = "FILE", Description = "Write the encoder as ONNX: images in, tokens after the final norm out." };
        var features = new Option<string?>("--features") { HelpName = "FILE", Description = "Write the mean patch feature of every image, to .safetensors or .npy." };
        var data = new Option<string?>("--data") { HelpName = "NAME", Description = "Images for --features; default: the run's data set." };
        var split = new Option<string>("--split") { HelpName = "train|val|test", Description = "Of those images.", DefaultValueFactory = _ => "test" };
        var heads = new Option<int?>("--heads") { HelpName = "N", Description = "Attention heads, where neither the run nor a tensor tells; default: width / 64." };
        var command = new Command("export", "Writes an encoder or its features for other programs.") { run, onnx, features, data, split, heads };
        command.SetAction(parsed =>
        {
            var (onnxFile, featureFile) = (parsed.GetValue(onnx), parsed.GetValue(features));
            if (onnxFile is null && featureFile is null) throw new ArgumentException("Nothing to write: give --onnx FILE, --features FILE, or both.");
            var source = new GivenModel(parsed.GetRequiredValue(run));
            using var weights = Checkpoints.Load(source.Weights);
            var headCount = parsed.GetValue(heads) ?? source.Heads;
            output.WriteLine(weights);
            if (onnxFile is not null)
            {
                OnnxEncoder.Save(weights, onnxFile, headCount);
                output.WriteLine($"{onnxFile}: {new FileInfo(onnxFile).Length / 1e6:0.0} MB");
            }
            if (featureFile is not null) WriteFeatures(weights, headCount, parsed.GetValue(data) ?? source.Data, parsed.GetRequiredValue(split), featureFile, output);
            return 0;
        });
        return command;
    }

    static void WriteFeatures(OfficialWeights weights, int? heads, string? data, string split, string path, TextWriter output)
    {
        var splits = Datasets.Open(data ?? throw new ArgumentException("Which images? A file of weights does not tell; give --data NAME."));
        var set = split switch { "train" => splits.Train, "val" => splits.Val, "test" => splits.Test, _ => throw new ArgumentException($"There is no split '{split}'; there are train, val and test.") };
        var features = Features.Extract(weights.Encoder(heads), set);
        foreach (var file in FeatureFile.Save(features, path)) output.WriteLine($"{file}: {new FileInfo(file).Length / 1e6:0.0} MB");
        output.WriteLine($"{features.X.size(0):N0} images of {features.Source}, {features.X.size(1)} values each");
    }
}
