using System.CommandLine;
using System.Diagnostics;
using MimKit.Cli.Studies;
using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit artefacts SCALE</c> and <c>mimkit tcas-study</c>: what notebooks share, and the pages that judge it.</summary>
static class ArtefactsCommand
{
    static readonly int[] ClusterCounts = [100];

    public static Command Create(TextWriter output)
    {
        var scale = new Argument<ArtefactScale>("SCALE") { Description = "smoke, laptop or gpu." };
        var (data, root, seed) = (Data(), Root(), Seed());
        var page = new Option<FileInfo?>("--page") { HelpName = "FILE", Description = "Measures what was made (one read of test each) and writes a page." };
        var command = new Command("artefacts", "Trains and caches the teachers and tokenizers that the notebooks share.") { scale, data, root, seed, page };
        command.SetAction(parsed => Guarded(output, () =>
        {
            var (splits, size) = (Datasets.Open(parsed.GetRequiredValue(data)), parsed.GetValue(scale));
            var artefacts = new Artefacts(parsed.GetRequiredValue(root), size, splits, parsed.GetValue(seed)) { Output = ProgressLines.To(output) };
            var clock = Stopwatch.StartNew();
            foreach (var (name, make) in Everything(artefacts))
            {
                var from = clock.Elapsed;
                output.WriteLine($"{name}: {make()}, {Elapsed.Text(clock.Elapsed - from)}");
            }
            output.WriteLine($"all of scale {size.ToString().ToLowerInvariant()} in {Elapsed.Text(clock.Elapsed)}");
            if (parsed.GetValue(page) is { } file) Write(file, new ArtefactsPage(splits, artefacts, size, parsed.GetValue(seed)).Write(ClusterCounts), output);
        }));
        return command;
    }

    /// <summary><c>mimkit tcas-study</c>.</summary>
    public static Command CreateStudy(TextWriter output)
    {
        var scale = new Option<ArtefactScale>("--scale") { HelpName = "SCALE", Description = "Of teachers and tokenizers: smoke, laptop or gpu.", DefaultValueFactory = _ => ArtefactScale.Laptop };
        var data = new Option<string[]>("--data") { HelpName = "NAME", Description = "Data sets, as 'mimkit data list' names them.", DefaultValueFactory = _ => ["fashion-mnist", "emoji-64"] };
        var images = new Option<int>("--images") { HelpName = "N", Description = "Training images of every pre-training.", DefaultValueFactory = _ => 6_000 };
        var epochs = new Option<int>("--epochs") { HelpName = "N", Description = "Of every pre-training.", DefaultValueFactory = _ => 10 };
        var seeds = new Option<int>("--seeds") { HelpName = "N", Description = "Pre-trainings of each tokenizer.", DefaultValueFactory = _ => 2 };
        var (root, page) = (Root(), new Option<FileInfo?>("--page") { HelpName = "FILE", Description = "Writes the page and its pictures, e.g. docs/tcas.md." });
        var command = new Command("tcas-study", "Does TCAS tell which tokenizer pre-trains well? Rank correlations over a family of tokenizers, with intervals.") { scale, data, images, epochs, seeds, root, page };
        command.SetAction(parsed => Guarded(output, () =>
        {
            var text = new System.Text.StringBuilder(TcasIntroduction);
            foreach (var name in parsed.GetRequiredValue(data))
            {
                var splits = Datasets.Open(name);
                var plan = new TcasStudyPlan(parsed.GetValue(scale), parsed.GetValue(images), parsed.GetValue(epochs), parsed.GetValue(seeds));
                var study = new TcasStudy(splits, new Artefacts(parsed.GetRequiredValue(root), plan.Scale, splits) { Output = ProgressLines.To(output) }, plan,
                    Path.Combine(parsed.GetRequiredValue(root), "tcas-study", name), output);
                output.WriteLine($"{name}: {plan}");
                var rows = study.Run();
                var correlations = TcasStudy.Correlations(rows);
                foreach (var (statistic, rho) in correlations) output.WriteLine($"  {statistic,-30} {rho}");
                if (parsed.GetValue(page) is not { } file) continue;
                var picture = $"{Path.GetFileNameWithoutExtension(file.Name)}-{name}.svg";
                Write(new(Path.Combine(file.DirectoryName!, picture)), ScatterSvg.Draw($"{name}: linear probe against TCAS without the modal token", "TCAS without the modal token (lower is better)", "linear probe on test",
                    [.. rows.Where(row => double.IsFinite(row.Tcas.WithoutModal)).Select(row => (row.Tokenizer, row.Tcas.WithoutModal, row.Mean))]), output);
                text.Append(study.Page(rows, correlations, picture));
            }
            if (parsed.GetValue(page) is { } whole) Write(whole, text.ToString(), output);
        }));
        return command;
    }

    const string TcasIntroduction = """
        # Does TCAS tell which tokenizer pre-trains well?

        Written by `./mimkit tcas-study --page docs/tcas.md`. TCAS (arXiv 2407.09087) is computed from token ids and labels without training; lower is
        better. Its equation here is recalled, never read. For every tokenizer of a family an encoder is pre-trained to predict that tokenizer's
        tokens at hidden patches, and a linear probe is fitted to its frozen features. What is asked is the rank correlation between each statistic
        of the tokenizer and that probe, with a bootstrap interval over tokenizers. A correlation near zero or of the wrong sign is printed as it is.


        """;

    static IEnumerable<(string Name, Func<string> Make)> Everything(Artefacts artefacts)
    {
        yield return ("DINO teacher", artefacts.DinoFolder);
        yield return ("VQ-KD tokenizer", artefacts.VqKdFolder);
        foreach (var k in ClusterCounts)
        {
            yield return ($"pixel clusters, K = {k}", () => artefacts.ClusterFolder(VectorSpace.Pixels, k));
            yield return ($"DINO clusters, K = {k}", () => artefacts.ClusterFolder(VectorSpace.Teacher, k));
        }
    }

    static int Guarded(TextWriter output, Action work)
    {
        using var interrupt = new Interrupt(() => output.WriteLine("\nstopping after this step (Ctrl-C again ends at once)"));
        Ambient.Cancellation = interrupt.Token;
        try
        {
            work();
            return 0;
        }
        finally
        {
            Ambient.Cancellation = default;
        }
    }

    static void Write(FileInfo file, string text, TextWriter output)
    {
        file.Directory?.Create();
        File.WriteAllText(file.FullName, text);
        output.WriteLine($"written: {file}");
    }

    static Option<string> Data() => new("--data") { HelpName = "NAME", Description = "A data set, as 'mimkit data list' names it.", DefaultValueFactory = _ => "fashion-mnist" };
    static Option<string> Root() => new("--out") { HelpName = "DIR", Description = "Where artefacts are kept.", DefaultValueFactory = _ => "artefacts" };
    static Option<ulong> Seed() => new("--seed") { HelpName = "N", Description = "Of everything.", DefaultValueFactory = _ => 0 };
}
