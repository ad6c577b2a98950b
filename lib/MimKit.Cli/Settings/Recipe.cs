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
    delegate Recipe Maker(string model, IReadOnlyList<string> settings, ulong seed);

    static readonly Dictionary<string, Maker> Methods = new()
    {
        ["mae"] = Method<MaeConfig>((c, seed) => c.Plan(seed), (c, train, seed) => c.Build(seed, LearntFrom.Features(c.Teacher, train))),
        ["u-mae"] = Method<MaeConfig>((c, seed) => c.Plan(seed), (c, train, seed) => c.Build(seed, LearntFrom.Features(c.Teacher, train)), typeof(UMae)),
        ["cluster-mim"] = Method<ClusterMimConfig>((c, seed) => c.Plan(seed), (c, train, seed) =>
            c.Tokenizer.Length == 0 ? c.Build(c.Cluster(train, seed), seed, LearntFrom.Features(c.Teacher, train)) : c.Build(LearntFrom.Codes(c.Tokenizer), seed, LearntFrom.Features(c.Teacher, train))),
        ["beit"] = Method<BeitConfig>((c, seed) => c.Plan(seed), (c, _, seed) => c.Build(LearntFrom.Codes(c.Tokenizer), seed)),
        ["beit2"] = Method<BeitV2Config>((c, seed) => c.Plan(seed), (c, train, seed) => c.Build(LearntFrom.Codes(c.Tokenizer), seed, LearntFrom.Features(c.Teacher, train))),
        ["maskfeat"] = Method<MaskFeatConfig>((c, seed) => c.Plan(seed), (c, _, seed) => c.Build(seed)),
        ["simmim"] = Method<SimMimConfig>((c, seed) => c.Plan(seed), (c, _, seed) => c.Build(seed)),
        ["feature-regression"] = Method<FeatureRegressionConfig>((c, seed) => c.Plan(seed), (c, train, seed) => c.Build(LearntFrom.NeededFeatures(c.Teacher, train), seed)),
        ["data2vec"] = Method<Data2VecConfig>((c, seed) => c.Plan(seed), (c, _, seed) => c.Build(seed)),
        ["dtm"] = Method<DtmConfig>((c, seed) => c.Plan(seed), (c, train, seed) => c.Build(LearntFrom.NeededFeatures(c.Teacher, train), seed)),
        ["supervised"] = Method<SupervisedConfig>((c, seed) => c.Plan(seed), (c, train, seed) => c.Build(train.ClassCount, seed)),
    };

    static Maker Method<T>(Func<T, ulong, TrainingPlan> plan, Func<T, ImageSet, ulong, ITrainable> build, Type? presets = null) where T : class => (model, settings, seed) =>
    {
        var config = RecordSettings.Apply(Preset<T>(model, presets), settings);
        return new(config, plan(config, seed), train => build(config, train, seed));
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

    internal static T Preset<T>(string name, Type? holder = null) where T : class
    {
        var presets = (holder ?? typeof(T)).GetProperties(BindingFlags.Public | BindingFlags.Static).Where(property => property.PropertyType == typeof(T)).ToList();
        var preset = presets.FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"--model {name}: {(holder ?? typeof(T)).Name} has no such preset.\n  there are: {string.Join(", ", presets.Select(property => property.Name))}");
        return (T)preset.GetValue(null)!;
    }
}
