namespace MimKit.Cli.Settings;

/// <summary>The teachers that the kit trains, as recipes.</summary>
static class TeacherRecipe
{
    public static IEnumerable<string> Names => ["dino"];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="model">A preset of its record: "Mini28", "Small16".</param>
    /// <param name="settings">KEY=VALUE each, applied in order.</param>
    /// <param name="seed">Of weights, order and crops.</param>
    public static Recipe Of(string name, string model, IReadOnlyList<string> settings, ulong seed)
    {
        if (name != "dino") throw new ArgumentException($"there is no teacher '{name}' to train.\n  there are: {string.Join(", ", Names)}");
        var config = RecordSettings.Apply(Recipe.Preset<DinoConfig>(model), settings);
        return new(config, config.Plan(seed), train => config.Build(train.Count, seed));
    }
}
