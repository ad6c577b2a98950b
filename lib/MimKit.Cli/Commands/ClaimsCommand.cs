using System.CommandLine;
using MimKit.Ablations;
using MimKit.Cli.Results;
using MimKit.Data;
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
        foreach (var claim in PairedClaim.All)
            output.WriteLine($"{claim.Name,-28} {claim.Statement}\n{"",-28} {claim.Source}; tried as {claim.Better.Name} against {claim.Worse.Name}{(claim.Needs.Any() ? $"; needs {string.Join(", ", claim.Needs)}" : "")}");
        return 0;
    }

    static int Try(string name, int seeds, ArmRunner runner, TextWriter output)
    {
        var wanted = name == "all" ? PairedClaim.All : [PairedClaim.All.FirstOrDefault(claim => claim.Name == name)
            ?? throw new ArgumentException($"there is no claim '{name}'.\n  there are: all, {string.Join(", ", PairedClaim.All.Select(claim => claim.Name))}")];
        using var interrupt = new Interrupt(() => output.WriteLine("\nstopping after this step (Ctrl-C again ends at once); the same command goes on"));
        Ambient.Cancellation = interrupt.Token;
        try
        {
            foreach (var claim in wanted)
                if (runner.Has(claim.Better) && runner.Has(claim.Worse)) output.WriteLine($"{claim.With(runner).Try(new(runner.Trials, seeds))}\n");
                else output.WriteLine($"NOT TRIED  {claim.Statement}\n  needs {string.Join(" and ", claim.Needs)}\n");
        }
        finally
        {
            Ambient.Cancellation = default;
        }
        return 0;
    }
}

/// <summary>What commands that train many arms have in common.</summary>
sealed class TrialOptions(string name)
{
    readonly Option<string> _data = new("--data") { HelpName = "NAME", Description = "A data set, as 'mimkit data list' names it.", DefaultValueFactory = _ => "fashion-mnist" };
    readonly Option<string> _scale = new("--scale") { HelpName = "NAME", Description = $"One of: {string.Join(", ", Results.Scale.Names)}.", DefaultValueFactory = _ => "smoke" };
    readonly Option<string> _teacher = new("--teacher") { HelpName = "RUN", Description = "The run folder of a trained teacher.", DefaultValueFactory = _ => "" };
    readonly Option<string> _tokenizer = new("--tokenizer") { HelpName = "RUN", Description = "The run folder of a trained tokenizer.", DefaultValueFactory = _ => "" };
    readonly Option<string> _folder = new("--folder") { HelpName = "DIR", Description = "Where cells and unfinished runs are kept.", DefaultValueFactory = _ => Path.Combine("runs", name) };

    public IEnumerable<Option> All => [_data, _scale, _teacher, _tokenizer, _folder];

    public ArmRunner Runner(ParseResult parsed, TextWriter output)
    {
        var scale = Results.Scale.Of(parsed.GetRequiredValue(_scale));
        var data = scale.Cut(Datasets.Open(parsed.GetRequiredValue(_data)));
        return new(new Trials(data, scale.Name, parsed.GetRequiredValue(_folder)) { Output = ProgressLines.To(output) }, scale, parsed.GetRequiredValue(_teacher), parsed.GetRequiredValue(_tokenizer));
    }
}
