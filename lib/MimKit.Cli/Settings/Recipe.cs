using System.Reflection;
using MimKit.Data;
using MimKit.Methods;
using MimKit.Training;

namespace MimKit.Cli.Settings;

/// <summary>A method ready to be trained: its record with the settings of the command line, the plan, and how it is built.</summary>
/// <param name="Config">The method's record.</param>
/// <param name="Plan">Length, rates, seed.</param>
/// <param name="Build">Makes it; a tokenizer is fitted to the images here.</param>
sealed record Recipe(object Config, TrainingPlan Plan, Func<ImageSet, ITrainable> Build)
{
    static readonly Dictionary<string, Func<string, IReadOnlyList<string>, ulong, Recipe>> Methods = new()
    {
        ["mae"] = (model, settings, seed) =>
        {
            var config = RecordSettings.Apply(Preset<MaeConfig>(model), settings);
            return new Recipe(config, config.Plan(seed), _ => config.Build(seed));
        },
        ["cluster-mim"] = (model, settings, seed) =>
        {
            var config = RecordSettings.Apply(Preset<ClusterMimConfig>(model), settings);
            return new Recipe(config, config.Plan(seed), train => config.Build(config.Cluster(train, seed), seed));
        },
    };

    /// <summary>The methods' names on the command line.</summary>
    public static IEnumerable<string> Names => Methods.Keys;

    /// <param name="method">One of <see cref="Names"/>.</param>
    /// <param name="model">A preset of the method's record: "Mini28", "Base16".</param>
    /// <param name="settings">KEY=VALUE each, applied in order.</param>
    /// <param name="seed">Of weights, order, masks and tokenizer.</param>
    /// <exception cref="ArgumentException">No such method, preset or setting; the message lists what there is.</exception>
    public static Recipe Of(string method, string model, IReadOnlyList<string> settings, ulong seed) =>
        Methods.TryGetValue(method, out var make) ? make(model, settings, seed)
            : throw new ArgumentException($"there is no method '{method}'.\n  there are: {string.Join(", ", Names)}");

    internal static T Preset<T>(string name) where T : class
    {
        var presets = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Static).Where(property => property.PropertyType == typeof(T)).ToList();
        var preset = presets.FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"--model {name}: {typeof(T).Name} has no such preset.\n  there are: {string.Join(", ", presets.Select(property => property.Name))}");
        return (T)preset.GetValue(null)!;
    }
}
