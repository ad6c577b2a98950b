using System.CommandLine;
using MimKit.Cli.Check;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit check DIR</c>: every reference vector of a folder, one line a case.</summary>
static class CheckCommand
{
    public static Command Create(TextWriter output)
    {
        var folder = new Argument<string>("DIR") { Description = "A folder of reference vectors with its index.json; ours is tests/reference." };
        var only = new Option<string?>("--only") { HelpName = "TEXT", Description = "Only cases whose name, kind or section contains it." };
        var command = new Command("check", "Computes every reference vector of a folder and compares: max|x - ref| within absolute + relative · max|ref|, integers equal.") { folder, only };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(folder), parsed.GetValue(only), output));
        return command;
    }

    static int Run(string folder, string? only, TextWriter output)
    {
        var cases = ReferenceFolder.Open(folder).Where(stored => only is null || new[] { stored.Name, stored.Kind, stored.Section }.Any(text => text.Contains(only, StringComparison.OrdinalIgnoreCase))).ToList();
        if (cases.Count == 0) throw new ArgumentException(only is null ? $"{folder} has no case." : $"No case of {folder} has '{only}' in its name, kind or section.");
        using var interrupt = new Interrupt(() => output.WriteLine("stopping"));
        var results = new List<CaseResult>();
        foreach (var stored in cases)
        {
            interrupt.Token.ThrowIfCancellationRequested();
            results.Add(Runners.Run(stored));
            output.WriteLine(results[^1]);
        }
        var counts = results.ToLookup(result => result.Outcome);
        output.WriteLine($"\n{results.Count} cases: {counts[Outcome.Pass].Count()} passed, {counts[Outcome.Fail].Count()} failed, {counts[Outcome.NoRunner].Count()} without a runner");
        return counts[Outcome.Pass].Count() == results.Count ? 0 : 1;
    }
}
