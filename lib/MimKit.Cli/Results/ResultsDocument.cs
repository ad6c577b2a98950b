using System.Globalization;
using System.Text;
using MimKit.Ablations;
using MimKit.Evaluation;
using MimKit.Metrics;
using MimKit.Reports;
using MimKit.Training;

namespace MimKit.Cli.Results;

/// <summary>
/// Every method under the controls that a table of frozen features needs: raw pixels, a random encoder, the method's own target, its teacher, a supervised model.
/// The page is written again after each row, so that what is finished can be read while the rest is trained.
/// </summary>
/// <param name="runner">Trains and measures.</param>
/// <param name="seeds">Of every method.</param>
/// <param name="wanted">The methods.</param>
/// <param name="command">What the page says it was written by.</param>
/// <param name="output">For a line a cell.</param>
/// <param name="publish">Given the page after each row.</param>
sealed class ResultsDocument(ArmRunner runner, int seeds, IReadOnlyList<ResultsRow> wanted, string command, TextWriter output, Action<string> publish)
{
    const double LeastGain = 0.10;                                                 // below the best predictor without a network
    const string RawPixels = "raw pixels", RandomEncoder = "random encoder", Teacher = "teacher", Supervised = "supervised, as many epochs";
    static readonly Metric[] Columns = [Metric.Knn, Metric.LinearProbe];

    const int FirstRows = 4;                                                       // the papers' methods and MAE, before the supervised model is trained

    readonly Controls _controls = new(runner);
    readonly Dictionary<string, IReadOnlyList<Cell>> _cells = [];                  // of controls and rows, by name

    /// <summary>Runs what is not yet there. What another process is at is passed over, and read when that has finished it.</summary>
    public void Run()
    {
        var steps = Steps().ToList();
        while (steps.Count > 0)
        {
            var next = steps.FindIndex(Finishes);                                  // from the first on, so that what another process finished is read
            if (next < 0) FileLock.Wait();
            else steps.RemoveAt(next);
        }
    }

    bool Finishes((string Name, Func<IReadOnlyList<Cell>?> Measure) step)
    {
        if (step.Measure() is not { } cells) return false;
        _cells[step.Name] = cells;
        foreach (var cell in cells) output.WriteLine($"{step.Name}, seed {cell.Seed}: {string.Join(", ", cell.Outcome.Values.Select(value => FormattableString.Invariant($"{value.Key} {value.Value:0.####}")))}");
        publish(Page());
        return true;
    }

    IEnumerable<(string Name, Func<IReadOnlyList<Cell>?> Measure)> Steps()
    {
        yield return (RawPixels, _controls.RawPixels);
        yield return (RandomEncoder, _controls.RandomEncoder);
        if (wanted.Any(row => row.Arm.LearnsFrom.Any())) yield return (Teacher, _controls.Teacher);
        foreach (var (row, number) in wanted.Select((row, number) => (row, number)))
        {
            if (number == Math.Min(FirstRows, wanted.Count - 1)) yield return (Supervised, () => runner.TryCells(new(Supervised, "supervised"), seeds));
            if (wanted.Take(number).All(earlier => earlier.Target != row.Target)) yield return (TargetOf(row), () => _controls.OwnTarget(row));
            yield return (row.Arm.Name, () => runner.TryCells(row.Arm, seeds));
        }
    }

    static string TargetOf(ResultsRow row) => $"target: {row.Target}";

    // of the table, in its order
    IEnumerable<string> ControlNames => new[] { RawPixels, RandomEncoder, Teacher, Supervised }.Concat(wanted.Select(TargetOf).Distinct()).Where(_cells.ContainsKey);
    IEnumerable<ResultsRow> Finished => wanted.Where(row => _cells.ContainsKey(row.Arm.Name) && _cells.ContainsKey(TargetOf(row)) && _cells.ContainsKey(RawPixels));

    // ----------------------------------------------------------------------------------------------------------- page

    string Page()
    {
        var data = runner.Trials.Data;
        var text = new StringBuilder("# Results\n\nWritten by `").Append(command).Append("`");
        text.Append(CultureInfo.InvariantCulture, $"; {data.Train.Count:N0} training images of {data.Train.Name}, {seeds} seed{(seeds == 1 ? "" : "s")}. ");
        if (runner.Scale.Settings.Count > 0) text.Append($"Set on every method: {string.Join(", ", runner.Scale.Settings)}. ");
        text.Append("A method has *learnt* where its linear probe beats raw pixels and a linear layer on its own target, the 95 % interval of the paired difference above 0 in every seed; all else is *not shown at this scale*.\n");
        if (wanted.Except(Finished).ToList() is { Count: > 0 } open) text.Append(CultureInfo.InvariantCulture, $"\nNot finished: {string.Join("; ", open.Select(row => row.Arm.Name))}. The same command goes on.\n");
        text.Append(CultureInfo.InvariantCulture, $"\n```text\n{Table()}\n```\n\n```text\n{Losses()}\n```\n\n");
        foreach (var name in Finished.SelectMany(row => row.Arm.LearnsFrom).Distinct())
            if (runner.Shared.Minutes(name) is > 0 and var minutes) text.Append(CultureInfo.InvariantCulture, $"{name} was trained once for all rows, in {minutes:F1} minutes that no row counts. ");
        text.Append($"Commit of the cells: {string.Join(", ", _cells.Values.SelectMany(cells => cells).Select(cell => cell.Commit).Distinct())}.\n");
        return text.Append("\nOut of scope: BYOL and SLIP with DTM; iBOT.\n").ToString();
    }

    ResultTable Table()
    {
        var test = $"{runner.Trials.Data.Test.Name} test";
        var table = new ResultTable("Frozen features", runner.Scale.Name, test, null, Columns);
        foreach (var name in ControlNames)
            if (name == Supervised) table.AddMethod(name, null, Minutes(_cells[name]), null, Measurements(_cells[name]));
            else table.AddControl(name, Measurements(_cells[name]));
        foreach (var row in Finished)
        {
            var cells = _cells[row.Arm.Name];
            var verdict = Learnt.Judge([.. cells.Select(Read)], [("raw pixels", Control(RawPixels)), ("its own target", Control(TargetOf(row)))]);
            table.AddMethod(row.Arm.Name, null, Minutes(cells), verdict, Measurements(cells));
        }
        return table;

        Evaluated Read(Cell cell) => new("linear probe", test, cell.Outcome.Correct(runner.Trials.Data.Test.Count), 0);
        Evaluated Control(string name) => Read(_cells[name][0]);
        static double Minutes(IReadOnlyList<Cell> cells) => cells.Average(cell => cell.Outcome.Minutes);
    }

    static IReadOnlyList<(Metric, Measured)> Measurements(IReadOnlyList<Cell> cells) =>
        [.. Columns.Where(metric => cells[0].Outcome.Values.ContainsKey(metric.Name)).Select(metric => (metric, new Measured([.. cells.Select(cell => cell.Outcome.Values[metric.Name])], TestReads: cells.Count)))];

    MetricTable Losses() => new("Held-out loss beside what no network needs", ["method", "loss on val", "best trivial predictor", "below it", "by 10 %"], [.. Finished.Select(row => Loss(row, _cells[row.Arm.Name]))],
        "the method's own loss with its own masks on val; the trivial predictor knows the frequencies or means of its targets at each place, and nothing of the image.");

    static object?[] Loss(ResultsRow row, IReadOnlyList<Cell> cells)
    {
        var (loss, trivial) = (cells.Average(cell => cell.Outcome.Values[Trials.HeldOutLoss.Name]), cells.Average(cell => cell.Outcome.Values[Trials.TrivialLoss.Name]));
        var gain = (trivial - loss) / trivial;
        return [row.Arm.Name, loss, trivial, string.Create(CultureInfo.InvariantCulture, $"{100 * gain:F1} %"), gain >= LeastGain ? "yes" : "no"];
    }
}
