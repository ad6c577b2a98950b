using System.CommandLine;
using System.Text;
using MimKit.Charts;
using MimKit.Cli.Notebooks;
using MimKit.Cli.Settings;
using MimKit.Data;
using MimKit.Models;
using MimKit.Notebook;
using MimKit.Runtime;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit evaluate RUN --knn --linear ...</c>: asks a trained encoder the questions of <see cref="Protocol.All"/>; writes evaluation.json and a page into the run folder.</summary>
static class EvaluateCommand
{
    static readonly string[] Default = ["knn", "linear"];

    public static Command Create(TextWriter output)
    {
        var run = new Argument<string>("RUN") { Description = "A run folder, or a file of weights (.safetensors, .pth, .pt)." };
        var protocols = Protocol.All.Select(protocol => (protocol.Name, Option: new Option<bool>($"--{protocol.Name}") { Description = protocol.About })).ToList();
        var all = new Option<bool>("--all") { Description = "Every protocol." };
        var data = new Option<string?>("--data") { HelpName = "NAME", Description = "Images; default: the run's data set." };
        var images = new Option<int?>("--images") { HelpName = "N", Description = "Only N images of train, of val and of test, evenly spaced: for a quick look." };
        var teacher = new Option<string?>("--teacher") { HelpName = "RUN", Description = "Teacher to compare with; default: the one that the run learnt from." };
        var supervised = new Option<string?>("--supervised") { HelpName = "RUN", Description = "Supervised model to compare with." };
        var others = new Option<string[]>("--to") { HelpName = "NAME", Description = "A further data set for --transfer; its images are brought to the model's size and channels." };
        var seed = new Option<ulong>("--seed") { HelpName = "N", Description = "Of heads, orders and samples." };
        var folder = new Option<string?>("--out") { HelpName = "DIR", Description = "Where evaluation.json and evaluation.html go; default: the run folder, or where the file of weights lies." };
        var command = new Command("evaluate", "Measures what a trained encoder is worth: nearest neighbours and linear probes unless protocols are named.") { run, all };
        foreach (var protocol in protocols) command.Add(protocol.Option);
        foreach (var option in new Option[] { data, images, teacher, supervised, others, seed, folder }) command.Add(option);
        command.SetAction(parsed =>
        {
            var named = protocols.Where(protocol => parsed.GetValue(protocol.Option)).Select(protocol => protocol.Name).ToList();
            var wanted = parsed.GetValue(all) ? Protocol.All : Protocol.Named(named.Count > 0 ? named : Default);
            var model = new GivenModel(parsed.GetRequiredValue(run));
            var splits = Cut(Datasets.Open(parsed.GetValue(data) ?? model.Data ?? throw new ArgumentException("Which images? A file of weights does not tell; give --data NAME.")), parsed.GetValue(images));
            var place = parsed.GetValue(folder) ?? (Directory.Exists(parsed.GetRequiredValue(run)) ? parsed.GetRequiredValue(run) : Path.GetDirectoryName(Path.GetFullPath(model.Weights))!);
            (string, string?)[] controls = [("teacher", parsed.GetValue(teacher) ?? model.Teacher), ("supervised", parsed.GetValue(supervised))];
            var further = (parsed.GetValue(others) ?? []).Select(name => Cut(Datasets.Open(name), parsed.GetValue(images))).ToList();
            return Run(model, new(splits, further), wanted, controls, parsed.GetValue(seed), place, output);
        });
        return command;
    }

    /// <summary>The data that the command line names.</summary>
    sealed record Given(DataSplits Own, IReadOnlyList<DataSplits> Others);

    static int Run(GivenModel model, Given data, IReadOnlyList<Protocol> protocols, (string Name, string? Folder)[] controls, ulong seed, string folder, TextWriter output)
    {
        using var interrupt = new Interrupt(() => output.WriteLine("\nstopping (Ctrl-C again ends at once)"));
        Ambient.Cancellation = interrupt.Token;
        try
        {
            var given = controls.Where(control => control.Folder is not null).Select(control => (control.Name, Encoder: new GivenModel(control.Folder!).Encoder())).ToList();
            using var subject = Evaluate.Subject(model.Subject, model.Encoder(), data.Own, seed, given, data.Others, output);
            var report = Evaluate.Of(subject, protocols);
            Directory.CreateDirectory(folder);
            var (json, page) = (Path.Combine(folder, "evaluation.json"), Path.Combine(folder, "evaluation.html"));
            Safetensors.WriteAtomically(json, stream => stream.Write(Encoding.UTF8.GetBytes(report.Json().ToJsonString(new() { WriteIndented = true }) + "\n")));
            ReportPage.Write(page, Parts(report, model), Facts(report, model), NotebookHost.Assets());
            output.WriteLine($"\n{report}\n\n{json}\n{page}");
            return 0;
        }
        finally
        {
            Ambient.Cancellation = default;
        }
    }

    static DataSplits Cut(DataSplits data, int? images)
    {
        return images is not { } most ? data : new(Some(data.Train), Some(data.Val), Some(data.Test));

        // evenly spaced, since some sets are ordered by class
        ImageSet Some(ImageSet set) => most >= set.Count ? set : set.Select([.. Enumerable.Range(0, most).Select(i => (int)((long)i * set.Count / most))], set.Split);
    }

    static List<object> Parts(EvaluationReport report, GivenModel model)
    {
        List<object> parts = [$"# {report.Model}: what its features are worth\n\n{report.Data}. Weights: `{model.Weights}`."];
        foreach (var answer in report.Answers)
        {
            parts.Add($"## {answer.Protocol.Title}\n\n{answer.Section.Summary.Replace(" %", "\u00a0%")}");      // a number and its unit stay on one line
            parts.AddRange(answer.Section.Parts);
        }
        parts.Add("## Reads of the test split");
        parts.Add(report.Reads);
        return parts;
    }

    static List<(string, string)> Facts(EvaluationReport report, GivenModel model) =>
    [
        ("weights", model.Weights), ("data", report.Data), ("written", DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm:ss zzz", System.Globalization.CultureInfo.InvariantCulture)), ("commit", report.Provenance.Source),
        ("libtorch", report.Provenance.Libtorch), ("processor", $"{report.Provenance.Processor}, {report.Provenance.Threads} threads"), ("runtime", report.Provenance.Runtime),
    ];
}
