using System.CommandLine;
using MimKit.Cli.Results;
using MimKit.Runtime;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit results</c>: every method at one scale under its controls, into one document.</summary>
static class ResultsCommand
{
    const string About = """
        Trains and measures every method under the same controls, and writes the table.
        docs/results.md is written by:  ./mimkit results --scale laptop --images 10000 --epochs 4 --batch 64
        Finished cells are kept and the page is written after each: the same command goes on, in several terminals too.
        """;

    public static Command Create(TextWriter output)
    {
        var seeds = new Option<int>("--seeds") { HelpName = "N", Description = "Seeds of every method.", DefaultValueFactory = _ => 1 };
        var only = new Option<string[]>("--only") { HelpName = "TEXT", Description = "Only methods whose name contains it." };
        var target = new Option<string>("--out") { HelpName = "FILE", Description = "The document.", DefaultValueFactory = _ => Path.Combine("docs", "results.md") };
        var setting = new TrialOptions("results");
        var command = new Command("results", About) { seeds, only, target };
        foreach (var option in setting.All) command.Add(option);
        command.SetAction(parsed =>
        {
            using var interrupt = new Interrupt(() => output.WriteLine("\nstopping after this step (Ctrl-C again ends at once); the same command goes on"));
            Ambient.Cancellation = interrupt.Token;
            try
            {
                var path = Path.GetFullPath(parsed.GetRequiredValue(target));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                var (page, said) = ("", $"./mimkit results {setting.Given(parsed)} --seeds {parsed.GetValue(seeds)}");
                new ResultsDocument(setting.Runner(parsed, output), parsed.GetValue(seeds), ResultsRow.Named(parsed.GetValue(only) ?? []), said, output, whole => File.WriteAllText(path, page = whole)).Run();
                output.WriteLine($"{page}\n  written to {parsed.GetRequiredValue(target)}");
                return 0;
            }
            finally
            {
                Ambient.Cancellation = default;
            }
        });
        return command;
    }
}
