using System.CommandLine;
using MimKit.Ablations;
using MimKit.Cli.Results;
using MimKit.Runtime;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit claims</c>: lists the papers' claims; with <c>--try</c>, runs their paired arms and says supported, contradicted or undecided.</summary>
static class ClaimsCommand
{
    public static Command Create(TextWriter output)
    {
        var trying = new Option<string?>("--try") { HelpName = "NAME", Description = "The claim to try, or all. Finished runs are kept: the same command goes on where it stopped, in several terminals too." };
        var seeds = new Option<int>("--seeds") { HelpName = "N", Description = "Paired seeds.", DefaultValueFactory = _ => 5 };
        var setting = new TrialOptions("claims");
        var command = new Command("claims", "The papers' claims, and whether they hold here.") { trying, seeds };
        foreach (var option in setting.All) command.Add(option);
        command.SetAction(parsed => parsed.GetValue(trying) is { } name ? Try(name, parsed.GetValue(seeds), setting.Runner(parsed, output), output) : List(output));
        return command;
    }

    static int List(TextWriter output)
    {
        foreach (var claim in ITriable.All)
            output.WriteLine($"{claim.Name,-28} {claim.Statement}\n{"",-28} {claim.Source}; tried as {claim.Sides}{(claim.LearnsFrom.Any() ? $"; learns from {string.Join(", ", claim.LearnsFrom)}" : "")}");
        return 0;
    }

    static int Try(string name, int seeds, ArmRunner runner, TextWriter output)
    {
        var wanted = name == "all" ? ITriable.All : [ITriable.All.FirstOrDefault(claim => claim.Name == name)
            ?? throw new ArgumentException($"there is no claim '{name}'.\n  there are: all, {string.Join(", ", ITriable.All.Select(claim => claim.Name))}")];
        using var interrupt = new Interrupt(() => output.WriteLine("\nstopping after this step (Ctrl-C again ends at once); the same command goes on"));
        Ambient.Cancellation = interrupt.Token;
        try
        {
            foreach (var claim in wanted)
                output.WriteLine($"{new ClaimBoard(runner.Trials).Try(claim.With(runner), seeds)}\n");
        }
        finally
        {
            Ambient.Cancellation = default;
        }
        return 0;
    }
}
