using System.CommandLine;
using MimKit.Cli.Settings;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Cli.Commands;

/// <summary>What <c>mimkit pretrain</c>, <c>teacher train</c> and <c>tokenizer train</c> choose from.</summary>
/// <param name="Argument">METHOD, NAME.</param>
/// <param name="Names">The names there are.</param>
/// <param name="Of">Name, preset, settings and seed to a recipe.</param>
sealed record RecipeBook(string Argument, IEnumerable<string> Names, Func<string, string, IReadOnlyList<string>, ulong, Recipe> Of);

/// <summary><c>mimkit pretrain METHOD</c> and its like: trains one subject into a run folder.</summary>
static class PretrainCommand
{
    /// <summary>What is to be done, as the command line says it.</summary>
    sealed record Request(Recipe Recipe, string Data, string Folder, bool Resume, bool DryRun, int Processes, int? Watch);

    public static Command Create(TextWriter output) =>
        Create("pretrain", "Trains a method on a data set, into a run folder.", new("METHOD", Recipe.Names, Recipe.Of), output);

    /// <param name="verb">The command's name.</param>
    /// <param name="about">One line of help.</param>
    /// <param name="book">What can be trained.</param>
    /// <param name="output">For progress.</param>
    public static Command Create(string verb, string about, RecipeBook book, TextWriter output)
    {
        var method = new Argument<string>(book.Argument) { Description = $"One of: {string.Join(", ", book.Names)}." };
        var data = new Option<string>("--data") { HelpName = "NAME", Description = "A data set, as 'mimkit data list' names it.", DefaultValueFactory = _ => "fashion-mnist" };
        var model = new Option<string>("--model") { HelpName = "NAME", Description = "A preset of the method's record.", DefaultValueFactory = _ => "Mini28" };
        var settings = new Option<string[]>("--set") { HelpName = "KEY=VALUE", Description = "Changes a value of the method's record, e.g. --set Encoder.Width=128 --set Masking.Ratio=0.6." };
        var epochs = new Option<int?>("--epochs") { HelpName = "N", Description = "Short for --set Epochs=N." };
        var seed = new Option<ulong>("--seed") { HelpName = "N", Description = "Of weights, order and masks.", DefaultValueFactory = _ => 0 };
        var folder = new Option<string?>("--out") { HelpName = "RUN", Description = "The run folder; runs/METHOD-DATA-seedN unless given." };
        var resume = new Option<bool>("--resume") { Description = "Go on from the folder's last checkpoint." };
        var dry = new Option<bool>("--dry-run") { Description = "Say what would be trained and, from a few steps of it, what it would cost; and stop." };
        var processes = new Option<int>("--processes") { HelpName = "N", Description = "Train in N processes on this machine, each with its share of every batch and of the cores.", DefaultValueFactory = _ => 1 };
        var watch = new Option<int?>("--watch") { HelpName = "N", Description = "Every N epochs say what the features are worth on val: kNN-20 and a logistic regression on part of the data." };
        var command = new Command(verb, about) { method, data, model, settings, epochs, seed, folder, resume, dry, processes, watch };
        command.SetAction(parsed =>
        {
            var (name, set, number) = (parsed.GetRequiredValue(method), parsed.GetRequiredValue(data), parsed.GetValue(seed));
            string[] all = [.. parsed.GetValue(settings) ?? [], .. parsed.GetValue(epochs) is { } n ? new[] { $"Epochs={n}" } : []];
            var where = parsed.GetValue(folder) ?? Path.Combine("runs", $"{name}-{set}-seed{number}");
            var recipe = book.Of(name, parsed.GetRequiredValue(model), all, number);
            return Run(new(recipe, set, where, parsed.GetValue(resume), parsed.GetValue(dry), parsed.GetValue(processes), parsed.GetValue(watch)), parsed, output);
        });
        return command;
    }

    static int Run(Request request, ParseResult parsed, TextWriter output)
    {
        var recipe = request.Recipe;
        var place = Rendezvous.FromEnvironment();
        var begun = File.Exists(Path.Combine(request.Folder, "run.json"));
        if (begun && !request.Resume && !request.DryRun && place is null or { Rank: 0 })
            throw new ArgumentException($"{request.Folder} already holds a run.\n  to do: add --resume to go on with it, or name another folder with --out");
        var train = Datasets.Open(request.Data).Train;
        var plan = recipe.Plan with { RunFolder = request.Folder };
        plan.Check(train.Count);
        if (request.DryRun)
        {
            output.WriteLine($"{Described(recipe, train, plan)}\n{Rehearsal.Announced(plan)}");
            output.WriteLine(Rehearsal.Of(recipe.Build, train, plan));
            return 0;
        }
        if (request.Processes > 1 && place is null) return LocalRanks.Run(request.Processes, [.. parsed.Tokens.Select(token => token.Value)], output);
        return Train(request, train, plan, place, output);
    }

    static int Train(Request request, ImageSet train, TrainingPlan plan, Rendezvous? place, TextWriter output)
    {
        using var ranks = place is null ? null : new GlooGroup(place);
        using var interrupt = new Interrupt(() => output.WriteLine("\nstopping after this step (Ctrl-C again ends at once)"));
        Ambient.Cancellation = interrupt.Token;
        try
        {
            var subject = request.Recipe.Build(train);
            var trainer = new Trainer(subject, train, plan) { Resume = request.Resume, Ranks = ranks, Output = ProgressLines.To(output), OnEpoch = Watch(request, subject, output) };
            var result = trainer.Run();
            if (ranks is null or { Rank: 0 }) output.WriteLine($"{result}\n  run folder  {request.Folder}");
            return 0;
        }
        catch (OperationCanceledException stopped)
        {
            throw new OperationCanceledException($"{stopped.Message}\n  here: the same command with --resume", stopped);
        }
        catch (InvalidOperationException other) when (other.GetType() == typeof(InvalidOperationException))
        {
            throw new ArgumentException(other.Message, other);        // the folder holds another run
        }
        finally
        {
            Ambient.Cancellation = default;
        }
    }

    static Action<int>? Watch(Request request, ITrainable subject, TextWriter output)
    {
        if (request.Watch is not { } every) return null;
        if (every < 1) throw new ArgumentException($"--watch is {every}; look every 1 epoch or more.");
        if (subject is not Method method) throw new ArgumentException($"--watch reads the features of a masked method; {subject.Config.GetType().Name} has none.");
        var data = Datasets.Open(request.Data);
        return new OnlineProbe(images => method.Encode(images), data.Train, data.Val, every)
        {
            OnLook = point => output.WriteLine(FormattableString.Invariant($"\nafter epoch {point.Epoch}: kNN-20 {100 * point.Knn:F2} %, logistic regression {100 * point.Linear:F2} % on part of val")),
        }.Look;
    }

    static string Described(Recipe recipe, ImageSet train, TrainingPlan plan)
    {
        var perEpoch = train.Count / plan.BatchSize;
        return $"{recipe.Config}\n{plan}\n{train}: {perEpoch:N0} steps an epoch, {(long)perEpoch * plan.Epochs:N0} in all\nrun folder {plan.RunFolder}";
    }
}
