using MimKit.Ablations;
using MimKit.Cli.Settings;
using MimKit.Training;

namespace MimKit.Cli.Results;

/// <summary>A method of the command line with settings: a row of a results table, or one side of a claim.</summary>
/// <param name="Name">As a table says it.</param>
/// <param name="Method">One of <see cref="Recipe.Names"/>.</param>
/// <param name="Settings">KEY=VALUE each. A value that <see cref="Shared"/> knows stands for a run folder.</param>
sealed record NamedArm(string Name, string Method, params string[] Settings)
{
    /// <summary>The teachers and tokenizers that it learns from.</summary>
    public IEnumerable<string> LearnsFrom => Settings.Select(setting => setting[(setting.IndexOf('=') + 1)..]).Where(Shared.Names.Contains);
}

/// <summary>The teachers and tokenizers that arms share, by the word that stands for each in a setting; trained when first asked for.</summary>
sealed class Shared(Artefacts artefacts)
{
    const int Clusters = 100;

    /// <summary>"DINO", "VQ-KD", "DINO-CLUSTERS", "DVAE".</summary>
    public static IReadOnlyList<string> Names { get; } = ["DINO", "VQ-KD", "DINO-CLUSTERS", "DVAE"];

    /// <summary>Its run folder.</summary>
    public string Folder(string name) => name switch
    {
        "DINO" => artefacts.DinoFolder(),
        "VQ-KD" => artefacts.VqKdFolder(),
        "DINO-CLUSTERS" => artefacts.ClusterFolder(VectorSpace.Teacher, Clusters),
        "DVAE" => artefacts.DvaeFolder(),
        _ => throw new ArgumentException($"there is no shared '{name}'.\n  there are: {string.Join(", ", Names)}"),
    };

    /// <summary>Minutes that its training took; 0 for clusters, whose folder does not tell.</summary>
    public double Minutes(string name) => RunFolder.Read(Folder(name)).Minutes;

    /// <summary>A setting with the folder in the word's place.</summary>
    public string Named(string setting)
    {
        var equals = setting.IndexOf('=');
        return Names.Contains(setting[(equals + 1)..]) ? setting[..(equals + 1)] + Folder(setting[(equals + 1)..]) : setting;
    }
}

/// <summary>Trains and measures arms at one scale, cell by cell.</summary>
sealed class ArmRunner(Trials trials, Scale scale, Shared shared)
{
    public Trials Trials => trials;
    public Scale Scale => scale;
    public Shared Shared => shared;

    /// <summary>The arm's cells, one a seed.</summary>
    public IReadOnlyList<Cell> Cells(NamedArm arm, int seeds)
    {
        var recipes = Recipes(arm, seeds);
        return trials.Store.Complete(Wanted(recipes), (_, seed) => Measured(recipes[(int)seed]));
    }

    /// <summary>The same without waiting: null where another process still has some of them.</summary>
    public IReadOnlyList<Cell>? TryCells(NamedArm arm, int seeds)
    {
        var recipes = Recipes(arm, seeds);
        return trials.Store.TryComplete(Wanted(recipes), (_, seed) => Measured(recipes[(int)seed]));
    }

    List<Recipe> Recipes(NamedArm arm, int seeds) => [.. Enumerable.Range(0, seeds).Select(seed => Of(arm, (ulong)seed))];
    static List<(object, ulong)> Wanted(List<Recipe> recipes) => [.. recipes.Select((recipe, seed) => (recipe.Config, (ulong)seed))];
    Outcome Measured(Recipe recipe) => trials.Measure(recipe.Build(trials.Data.Train), recipe.Plan);

    /// <summary>The arm as it is trained with one seed.</summary>
    public Recipe Of(NamedArm arm, ulong seed) => Recipe.Of(arm.Method, "Mini28", [.. arm.Settings.Select(shared.Named), .. scale.Settings], seed);
}
