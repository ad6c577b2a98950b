using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MimKit.Reports;

namespace MimKit.Ablations;

/// <summary>Starts an ablation: <c>Ablate.Over(BeitV2Config.Mini28, [4, 9, 19], (c, v) => c with { … })</c>.</summary>
public static partial class Ablate
{
    /// <summary>One arm a value.</summary>
    /// <param name="start">The record that is changed.</param>
    /// <param name="values">What the axis takes.</param>
    /// <param name="change">Puts a value into the record.</param>
    /// <param name="axis">The axis's name; by itself the property that <paramref name="change"/> sets.</param>
    public static Ablation<TConfig> Over<TConfig, TValue>(TConfig start, IEnumerable<TValue> values, Func<TConfig, TValue, TConfig> change, [CallerArgumentExpression(nameof(change))] string axis = "")
        where TConfig : notnull => new Ablation<TConfig>([new([], start)]).By(values, change, axis);

    // "(c, v) => c with { LabelSmoothing = v }" is LabelSmoothing
    internal static string AxisName(string change) => Property().Match(change) is { Success: true } match ? match.Groups[1].Value : change;

    [GeneratedRegex(@"with\s*\{\s*(\w+)\s*=")]
    private static partial Regex Property();
}

/// <summary>One arm: the values of its axes, and the record they make.</summary>
public sealed record Arm<TConfig>(IReadOnlyList<(string Axis, string Value)> Values, TConfig Config)
{
    public override string ToString() => string.Join(", ", Values.Select(value => $"{value.Axis} {value.Value}"));
}

/// <summary>
/// A grid of arms, to be run. All arms share seeds: of a seed, starting weights, masks, views and order are those of every other arm, so that differences are
/// paired. The first arm is the one that others are compared with.
/// </summary>
/// <param name="Arms">In the order of the table.</param>
public sealed record Ablation<TConfig>(IReadOnlyList<Arm<TConfig>> Arms) where TConfig : notnull
{
    private IReadOnlyList<Func<TConfig, TConfig>> Rates { get; init; } = [];

    /// <summary>Seeds of every arm: 0 to this − 1. Five or more where a claim is tested.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>A further axis: every arm with every value.</summary>
    public Ablation<TConfig> By<TValue>(IEnumerable<TValue> values, Func<TConfig, TValue, TConfig> change, [CallerArgumentExpression(nameof(change))] string axis = "")
    {
        var (name, all) = (Ablate.AxisName(axis), values.ToList());
        if (all.Count == 0) throw new ArgumentException($"The axis {name} has no values.");
        return this with { Arms = [.. from arm in Arms from value in all select new Arm<TConfig>([.. arm.Values, (name, Text(value))], change(arm.Config, value))] };
    }

    /// <summary>Learning rates to choose from, arm by arm: by the first seed's number on val; the chosen one is used for all seeds.</summary>
    public Ablation<TConfig> ChooseRate(IEnumerable<double> rates, Func<TConfig, double, TConfig> change) =>
        this with { Rates = [.. rates.Select(rate => (Func<TConfig, TConfig>)(config => change(config, rate)))] };

    /// <summary>Gives every arm the first one's arithmetic: its length is changed by the ratio of their costs.</summary>
    /// <param name="cost">Of one epoch, in any unit: for example <see cref="Models.ModelSummary.Flops"/>.</param>
    /// <param name="epochs">The length of a record.</param>
    /// <param name="change">Changes it.</param>
    public Ablation<TConfig> EqualCompute(Func<TConfig, double> cost, Func<TConfig, int> epochs, Func<TConfig, int, TConfig> change)
    {
        var budget = cost(Arms[0].Config) * epochs(Arms[0].Config);
        return this with { Arms = [.. Arms.Select(arm => arm with { Config = change(arm.Config, Math.Max(1, (int)Math.Round(budget / cost(arm.Config)))) })] };
    }

    /// <summary>Runs what is not yet there.</summary>
    /// <param name="measure">Trains and measures one record with one seed.</param>
    /// <param name="store">Where cells are kept; a second call, after an interruption too, goes on.</param>
    /// <param name="metrics">The table's columns.</param>
    /// <param name="output">For one line a cell; null: none.</param>
    /// <exception cref="OperationCanceledException">Interrupted: finished cells stay.</exception>
    public AblationTable Run(Func<TConfig, ulong, Outcome> measure, CellStore store, IReadOnlyList<Metric> metrics, TextWriter? output = null)
    {
        if (Seeds < 1) throw new ArgumentException($"Seeds is {Seeds}; at least one is needed.");
        var arms = Rates.Count == 0 ? Arms : Chosen(measure, store, output);
        var cells = Complete(arms, measure, store, Enumerable.Range(0, Seeds), output);
        return new(metrics, [.. arms.Select((arm, i) => new AblationRow(arm.Values, [.. cells.Skip(i * Seeds).Take(Seeds)]))]);
    }

    private IReadOnlyList<Arm<TConfig>> Chosen(Func<TConfig, ulong, Outcome> measure, CellStore store, TextWriter? output)
    {
        var tried = Arms.Select(arm => Rates.Select(rate => arm with { Config = rate(arm.Config) }).ToList()).ToList();
        var cells = Complete([.. tried.SelectMany(arms => arms)], measure, store, [0], output);
        var of = tried.SelectMany(arms => arms).Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second.Outcome.Val);
        return [.. tried.Select(arms => arms.MaxBy(arm => double.IsNaN(of[arm]) ? throw new InvalidOperationException("Learning rates are chosen on val, but the measurement gives no number on val.") : of[arm])!)];
    }

    private static IReadOnlyList<Cell> Complete(IReadOnlyList<Arm<TConfig>> arms, Func<TConfig, ulong, Outcome> measure, CellStore store, IEnumerable<int> seeds, TextWriter? output)
    {
        var wanted = (from arm in arms from seed in seeds select (Arm: arm, Seed: (ulong)seed)).ToList();
        var done = 0;
        return store.Complete([.. wanted.Select(cell => ((object)cell.Arm.Config, cell.Seed))], (config, seed) => measure((TConfig)config, seed), cell =>
            output?.WriteLine($"  {++done}/{wanted.Count}  {wanted.First(one => $"{one.Arm.Config}" == cell.Config).Arm}, seed {cell.Seed}: {string.Join(", ", cell.Outcome.Values.Select(value => FormattableString.Invariant($"{value.Key} {value.Value:0.####}")))}"));
    }

    private static string Text<TValue>(TValue value) => value switch
    {
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        null => "none",
        _ => value.ToString()!,
    };
}
