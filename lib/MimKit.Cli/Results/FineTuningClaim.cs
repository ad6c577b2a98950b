using MimKit.Ablations;
using MimKit.Cli.Settings;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Training;
using static System.FormattableString;

namespace MimKit.Cli.Results;

/// <summary>That pre-training pays: a network that was pre-trained and fine-tuned against the same network trained from scratch with labels for the same total time, pre-training included.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Statement">In one sentence.</param>
/// <param name="Source">Where it is made.</param>
/// <param name="Pretraining">How the better side begins.</param>
sealed record FineTuningClaim(string Name, string Statement, string Source, NamedArm Pretraining) : ITriable
{
    const string Top1 = "top-1", PerEpoch = "minutes an epoch", Epochs = "epochs";

    public static FineTuningClaim PretrainingPays { get; } = new("pretraining-pays", "Pre-training without labels and fine-tuning beats training from scratch for the same total time.",
        "MAE (He et al., CVPR 2022, arXiv 2111.06377), section 4, which compares the two without counting time; here time is equal", new("MAE", "mae"));

    public string Sides => $"{Pretraining.Name} fine-tuned against the same network from scratch, equal total time";
    public IEnumerable<string> LearnsFrom => Pretraining.LearnsFrom;

    /// <summary>What stands in a cell's digest for a side.</summary>
    sealed record FineTuningSide(string Name, string Pretraining, FineTuningConfig Tuning);

    public Claim With(ArmRunner runner) => new(Name, Statement, Source, $"top-1 of {Pretraining.Name} fine-tuned − top-1 from scratch, equal total time, the network of both {VitOf(runner).Width} wide with {VitOf(runner).Blocks} blocks",
        setting => [.. Enumerable.Range(0, setting.Seeds).Select(seed => Difference(runner, (ulong)seed))]);

    double Difference(ArmRunner runner, ulong seed)
    {
        var recipe = runner.Of(Pretraining, seed);
        var tuning = RecordSettings.Apply(FineTuningConfig.Mini28, runner.Scale.Settings) with { Encoder = VitOf(runner) };
        Outcome Kept(string side, FineTuningConfig config, Func<Outcome> measure) =>
            runner.Trials.Store.Complete([(new FineTuningSide(side, $"{recipe.Config}", config), seed)], (_, _) => measure())[0].Outcome;

        var tuned = Kept("fine-tuned", tuning, () => Tuned(runner, recipe, tuning, seed));
        var scratch = Kept("from scratch", tuning.FromScratch(), () => Scratch(runner, tuning.FromScratch(), seed, tuned));
        runner.Trials.Output.WriteLine(Invariant($"seed {seed}: fine-tuned {tuned.Values[Top1]:F2} % after {tuned.Minutes:F1} min in all; from scratch {scratch.Values[Top1]:F2} % after {scratch.Minutes:F1} min, {scratch.Values[Epochs]:F0} epochs"));
        return tuned.Values[Top1] - scratch.Values[Top1];
    }

    static Outcome Tuned(ArmRunner runner, Recipe recipe, FineTuningConfig tuning, ulong seed)
    {
        using var method = (Method)recipe.Build(runner.Trials.Data.Train);
        var plan = recipe.Plan with { RunFolder = Runs.Folder(Path.Combine(runner.Trials.Folder, "runs"), recipe.Config, recipe.Plan, runner.Trials.Data.Train) };
        var run = new Trainer(method, runner.Trials.Data.Train, plan) { Resume = true, Output = runner.Trials.Output }.Run();
        var outcome = Measured(runner, "fine-tuned", tuning, seed, (IEncoder)method.Network, initial: method.Network as IEncoder, run.Minutes);
        Directory.Delete(plan.RunFolder!, recursive: true);                        // the cell is what stays
        return outcome;
    }

    // as many epochs as fit into the other side's time, by that side's own speed: one machine, one after the other
    static Outcome Scratch(ArmRunner runner, FineTuningConfig tuning, ulong seed, Outcome other)
    {
        var epochs = Math.Max(1, (int)Math.Round(other.Minutes / other.Values[PerEpoch]));
        return Measured(runner, "from scratch", tuning with { Epochs = epochs }, seed, Representation.RandomEncoder(tuning.Encoder, seed), initial: null, 0);
    }

    static Outcome Measured(ArmRunner runner, string side, FineTuningConfig tuning, ulong seed, IEncoder shape, IEncoder? initial, double before)
    {
        using var subject = new EvaluationSubject(side, shape, runner.Trials.Data, seed) { Output = runner.Trials.Output };
        var tuned = FineTuned.Of(side, tuning, subject, initial);
        var values = new Dictionary<string, double> { [Top1] = 100 * tuned.Test.Top1.Accuracy, [PerEpoch] = tuned.Minutes / tuning.Epochs, [Epochs] = tuning.Epochs };
        return new(values, 100 * tuned.Val, before + tuned.Minutes) { ProbeBits = Outcome.Pack(tuned.Test.Top1.Correct) };
    }

    VitConfig VitOf(ArmRunner runner) => ((Methods.MaeConfig)runner.Of(Pretraining, 0).Config).Encoder;
}
