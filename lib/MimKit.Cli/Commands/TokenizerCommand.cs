using System.CommandLine;
using MimKit.Cli.Settings;
using MimKit.Data;
using MimKit.Metrics;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit tokenizer train NAME</c> and <c>mimkit tcas TOKENIZER</c>.</summary>
static class TokenizerCommand
{
    public static Command Create(TextWriter output) => new("tokenizer", "Tokenizers: what gives every patch a number.")
    {
        PretrainCommand.Create("train", "Trains a tokenizer on a data set, into a run folder.", new("NAME", TokenizerRecipe.Names, TokenizerRecipe.Of), output),
        Clusters(output),
    };

    /// <summary><c>mimkit tcas TOKENIZER</c>.</summary>
    public static Command CreateTcas(TextWriter output)
    {
        var tokenizer = new Argument<string>("TOKENIZER") { Description = "A run folder of 'tokenizer train' or 'tokenizer clusters'." };
        var data = Data();
        var split = new Option<string>("--split") { HelpName = "NAME", Description = "train, val or test: the images whose tokens are counted.", DefaultValueFactory = _ => "val" };
        var command = new Command("tcas", "Token-class alignment of a tokenizer on held-out images, and its companions. No training; lower is better.") { tokenizer, data, split };
        command.SetAction(parsed =>
        {
            var splits = Datasets.Open(parsed.GetRequiredValue(data));
            var set = parsed.GetRequiredValue(split) switch
            {
                "train" => splits.Train, "val" => splits.Val, "test" => splits.Test,
                var other => throw new ArgumentException($"there is no split '{other}'.\n  there are: train, val, test"),
            };
            using var scope = NewDisposeScope();
            var folder = parsed.GetRequiredValue(tokenizer);
            var result = TcasOf(Trained.Tokenizer(folder), set);
            output.WriteLine(TcasResult.Table([(Path.GetFileName(Path.GetFullPath(folder)), result)], $"TCAS and token statistics on {set.Name} {set.Split}"));
            return 0;
        });
        return command;
    }

    /// <summary>One pass over a set's tokens.</summary>
    public static TcasResult TcasOf(Target tokenizer, ImageSet set)
    {
        using var tokens = TokenizerRecipe.TokensOf(tokenizer)(set);
        var counts = new TokenCounts(tokenizer.Grid.Count, tokenizer.Size, set.ClassCount);
        counts.Add(tokens.Ids.ToArray<long>(), set.Labels);
        return Tcas.Compute(counts);
    }

    static Command Clusters(TextWriter output)
    {
        var data = Data();
        var model = new Option<string>("--model") { HelpName = "NAME", Description = "A preset of the record.", DefaultValueFactory = _ => "Mini28" };
        var settings = new Option<string[]>("--set") { HelpName = "KEY=VALUE", Description = "Changes a value of the record, e.g. --set Space=Teacher --set Clusters=256." };
        var seed = new Option<ulong>("--seed") { HelpName = "N", Description = "Of the start.", DefaultValueFactory = _ => 0 };
        var folder = new Option<string?>("--out") { HelpName = "RUN", Description = "The run folder; runs/clusters-DATA-seedN unless given." };
        var command = new Command("clusters", "Makes a cluster tokenizer (k-means over pixels, HOG or a teacher's features), into a run folder.") { data, model, settings, seed, folder };
        command.SetAction(parsed =>
        {
            var (name, number) = (parsed.GetRequiredValue(data), parsed.GetValue(seed));
            var config = TokenizerRecipe.ClustersOf(parsed.GetRequiredValue(model), parsed.GetValue(settings) ?? []);
            var where = parsed.GetValue(folder) ?? Path.Combine("runs", $"{TokenizerRecipe.Clusters}-{name}-seed{number}");
            output.WriteLine(config);
            output.WriteLine($"{config.Train(Datasets.Open(name).Train, number, where)}\n  run folder  {where}");
            return 0;
        });
        return command;
    }

    static Option<string> Data() => new("--data") { HelpName = "NAME", Description = "A data set, as 'mimkit data list' names it.", DefaultValueFactory = _ => "fashion-mnist" };
}
