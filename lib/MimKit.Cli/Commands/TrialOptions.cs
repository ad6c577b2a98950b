using System.CommandLine;
using MimKit.Ablations;
using MimKit.Cli.Results;
using MimKit.Data;

namespace MimKit.Cli.Commands;

/// <summary>What commands that train many arms have in common.</summary>
/// <param name="name">Of the command: its cells go to runs/NAME.</param>
sealed class TrialOptions(string name)
{
    readonly Option<string> _data = new("--data") { HelpName = "NAME", Description = "A data set, as 'mimkit data list' names it.", DefaultValueFactory = _ => "fashion-mnist" };
    readonly Option<string> _scale = new("--scale") { HelpName = "NAME", Description = $"One of: {string.Join(", ", Results.Scale.Names)}.", DefaultValueFactory = _ => "smoke" };
    readonly Option<int?> _images = new("--images") { HelpName = "N", Description = "Training images, for methods and probes alike; the scale's unless given." };
    readonly Option<int?> _epochs = new("--epochs") { HelpName = "N", Description = "Of every method; the scale's unless given." };
    readonly Option<int?> _batch = new("--batch") { HelpName = "N", Description = "Of every method; the scale's unless given." };
    readonly Option<string> _artefacts = new("--artefacts") { HelpName = "DIR", Description = "Where teachers and tokenizers are kept; one that is missing is trained first.", DefaultValueFactory = _ => "artefacts" };
    readonly Option<string> _folder = new("--folder") { HelpName = "DIR", Description = "Where cells and unfinished runs are kept.", DefaultValueFactory = _ => Path.Combine("runs", name) };
    readonly Option<bool> _anyBuild = new("--any-build") { Description = "Take cells that an earlier build of the kit finished; they carry its commit." };

    public IEnumerable<Option> All => [_data, _scale, _images, _epochs, _batch, _artefacts, _folder, _anyBuild];

    public ArmRunner Runner(ParseResult parsed, TextWriter output)
    {
        var scale = Results.Scale.Of(parsed.GetRequiredValue(_scale)).Spending(parsed.GetValue(_images), parsed.GetValue(_epochs), parsed.GetValue(_batch));
        var (whole, progress) = (Datasets.Open(parsed.GetRequiredValue(_data)), ProgressLines.To(output));
        var shared = new Shared(new Artefacts(parsed.GetRequiredValue(_artefacts), scale.Artefacts, whole) { Output = progress });
        return new(new Trials(scale.Cut(whole), scale.Name, parsed.GetRequiredValue(_folder)) { Output = progress, AnyBuild = parsed.GetValue(_anyBuild) }, scale, shared);
    }

    /// <summary>The options given, as they stand on the command line.</summary>
    public string Given(ParseResult parsed) => string.Join(' ', All.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => parsed.GetResult(option)!)
        .Select(result => string.Join(' ', result.Tokens.Select(token => token.Value).Prepend(result.Option.Name))));
}
