using MimKit.Ablations;
using MimKit.Cli.Settings;
using MimKit.Data;

namespace MimKit.Cli.Results;

/// <summary>A method of the command line with settings: a row of a results table, or one side of a claim.</summary>
/// <param name="Name">As a table says it.</param>
/// <param name="Method">One of <see cref="Recipe.Names"/>.</param>
/// <param name="Settings">KEY=VALUE each. TEACHER and TOKENIZER stand for the folders given.</param>
sealed record NamedArm(string Name, string Method, params string[] Settings)
{
    /// <summary>What must be given: "--teacher", "--tokenizer".</summary>
    public IEnumerable<string> Needs => new[] { ("TEACHER", "--teacher"), ("TOKENIZER", "--tokenizer") }.Where(need => Settings.Any(setting => setting.EndsWith('=' + need.Item1))).Select(need => need.Item2);
}

/// <summary>Trains and measures arms at one scale, cell by cell.</summary>
sealed class ArmRunner(Trials trials, Scale scale, string teacher, string tokenizer)
{
    public Trials Trials => trials;
    public Scale Scale => scale;
    public string Teacher => teacher;

    /// <summary>Whether everything the arm needs was given.</summary>
    public bool Has(NamedArm arm) => arm.Needs.All(need => need == "--teacher" ? teacher.Length > 0 : tokenizer.Length > 0);

    /// <summary>The arm's cells, one a seed.</summary>
    public IReadOnlyList<Cell> Cells(NamedArm arm, int seeds, Action<Cell>? progress = null)
    {
        var recipes = Enumerable.Range(0, seeds).Select(seed => Of(arm, (ulong)seed)).ToList();
        return trials.Store.Complete([.. recipes.Select((recipe, seed) => (recipe.Config, (ulong)seed))],
            (_, seed) => trials.Measure(recipes[(int)seed].Build(trials.Data.Train), recipes[(int)seed].Plan), progress);
    }

    /// <summary>The arm as it is trained with one seed.</summary>
    public Recipe Of(NamedArm arm, ulong seed) =>
        Recipe.Of(arm.Method, "Mini28", [.. arm.Settings.Select(setting => setting.Replace("=TEACHER", "=" + teacher).Replace("=TOKENIZER", "=" + tokenizer)), .. scale.Settings], seed);
}
