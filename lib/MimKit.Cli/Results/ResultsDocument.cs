using System.Globalization;
using System.Text;
using MimKit.Ablations;
using MimKit.Evaluation;
using MimKit.Metrics;
using MimKit.Reports;

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
    static readonly Metric[] Columns = [Metric.Knn, Metric.LinearProbe];

    readonly Controls _controls = new(runner);
    readonly List<(string Name, IReadOnlyList<Cell> Cells)> _beaten = [];          // controls, in the order of the table
    readonly List<(ResultsRow Row, IReadOnlyList<Cell> Cells)> _finished = [];

    /// <summary>Runs what is not yet there.</summary>
    public void Run()
    {
        AddControl("raw pixels", () => [_controls.RawPixels()]);
        AddControl("random encoder", () => [_controls.RandomEncoder()]);
        if (wanted.Any(row => row.Arm.LearnsFrom.Any())) AddControl("teacher", () => [_controls.Teacher()]);
        AddControl("supervised, as many epochs", () => runner.Cells(new("supervised", "supervised"), seeds));
        foreach (var row in wanted)
        {
            if (_beaten.All(control => control.Name != TargetOf(row))) AddControl(TargetOf(row), () => [_controls.OwnTarget(row)]);
            var cells = runner.Cells(row.Arm, seeds, cell => Tell(row.Arm.Name, cell));
            _finished.Add((row, cells));
            publish(Page());
        }
    }

    static string TargetOf(ResultsRow row) => $"target: {row.Target}";

    void AddControl(string name, Func<IReadOnlyList<Cell>> measure)
    {
        _beaten.Add((name, measure()));
        foreach (var cell in _beaten[^1].Cells) Tell(name, cell);
        publish(Page());
    }

    void Tell(string name, Cell cell) => output.WriteLine($"{name}, seed {cell.Seed}: {string.Join(", ", cell.Outcome.Values.Select(value => FormattableString.Invariant($"{value.Key} {value.Value:0.####}")))}");

    // ----------------------------------------------------------------------------------------------------------- page

    string Page()
    {
        var data = runner.Trials.Data;
        var text = new StringBuilder("# Results\n\nWritten by `").Append(command).Append("`");
        text.Append(CultureInfo.InvariantCulture, $"; {data.Train.Count:N0} training images of {data.Train.Name}, {seeds} seed{(seeds == 1 ? "" : "s")}. ");
        if (runner.Scale.Settings.Count > 0) text.Append($"Set on every method: {string.Join(", ", runner.Scale.Settings)}. ");
        text.Append("A method has *learnt* where its linear probe beats raw pixels and a linear layer on its own target, the 95 % interval of the paired difference above 0 in every seed; all else is *not shown at this scale*.\n");
        if (_finished.Count < wanted.Count) text.Append(CultureInfo.InvariantCulture, $"\nNot finished: {string.Join("; ", wanted.Skip(_finished.Count).Select(row => row.Arm.Name))}. The same command goes on.\n");
        text.Append(CultureInfo.InvariantCulture, $"\n```text\n{Table()}\n```\n\n```text\n{Losses()}\n```\n\n");
        foreach (var name in wanted.Take(_finished.Count).SelectMany(row => row.Arm.LearnsFrom).Distinct())
            if (runner.Shared.Minutes(name) is > 0 and var minutes) text.Append(CultureInfo.InvariantCulture, $"{name} was trained once for all rows, in {minutes:F1} minutes that no row counts. ");
        text.Append($"Commit of the cells: {string.Join(", ", _beaten.Concat(_finished.Select(row => ("", row.Cells))).SelectMany(row => row.Item2).Select(cell => cell.Commit).Distinct())}.\n");
        return text.Append("\nOut of scope: BYOL and SLIP with DTM; iBOT.\n").ToString();
    }

    ResultTable Table()
    {
        var test = $"{runner.Trials.Data.Test.Name} test";
        var table = new ResultTable("Frozen features", runner.Scale.Name, test, null, Columns);
        foreach (var (name, cells) in _beaten)
            if (cells[0].Outcome.Minutes > 0) table.AddMethod(name, null, Minutes(cells), null, Measurements(cells));
            else table.AddControl(name, Measurements(cells));
        foreach (var (row, cells) in _finished)
        {
            var verdict = Learnt.Judge([.. cells.Select(Read)], [("raw pixels", Control("raw pixels")), ("its own target", Control(TargetOf(row)))]);
            table.AddMethod(row.Arm.Name, null, Minutes(cells), verdict, Measurements(cells));
        }
        return table;

        Evaluated Read(Cell cell) => new("linear probe", test, cell.Outcome.Correct(runner.Trials.Data.Test.Count), 0);
        Evaluated Control(string name) => Read(_beaten.First(control => control.Name == name).Cells[0]);
        static double Minutes(IReadOnlyList<Cell> cells) => cells.Average(cell => cell.Outcome.Minutes);
    }

    static IReadOnlyList<(Metric, Measured)> Measurements(IReadOnlyList<Cell> cells) =>
        [.. Columns.Where(metric => cells[0].Outcome.Values.ContainsKey(metric.Name)).Select(metric => (metric, new Measured([.. cells.Select(cell => cell.Outcome.Values[metric.Name])], TestReads: cells.Count)))];

    MetricTable Losses() => new("Held-out loss beside what no network needs", ["method", "loss on val", "best trivial predictor", "below it", "by 10 %"], [.. _finished.Select(row => Loss(row.Row, row.Cells))],
        "the method's own loss with its own masks on val; the trivial predictor knows the frequencies or means of its targets at each place, and nothing of the image.");

    static object?[] Loss(ResultsRow row, IReadOnlyList<Cell> cells)
    {
        var (loss, trivial) = (cells.Average(cell => cell.Outcome.Values[Trials.HeldOutLoss.Name]), cells.Average(cell => cell.Outcome.Values[Trials.TrivialLoss.Name]));
        var gain = (trivial - loss) / trivial;
        return [row.Arm.Name, loss, trivial, string.Create(CultureInfo.InvariantCulture, $"{100 * gain:F1} %"), gain >= LeastGain ? "yes" : "no"];
    }
}
