using System.Globalization;
using System.Text;
using MimKit.Ablations;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Metrics;
using MimKit.Reports;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Results;

/// <summary>Every method under the controls that a table of frozen features needs: raw pixels, a random encoder, the method's own target, its teacher, a supervised model.</summary>
sealed class ResultsDocument(ArmRunner runner, int seeds, IReadOnlyList<string> only, TextWriter output)
{
    static readonly Metric[] Columns = [Metric.Knn, Metric.LinearProbe];
    const double LeastGain = 0.10;                                                 // below the best predictor without a network

    /// <summary>The rows, in the order of the table.</summary>
    public static IReadOnlyList<NamedArm> Rows { get; } =
    [
        new("MAE", "mae"), new("U-MAE", "u-mae"), new("SimMIM", "simmim"), new("MaskFeat", "maskfeat"), new("data2vec-like", "data2vec"),
        new("ClusterMIM, pixels, K = 50", "cluster-mim", "Clusters=50"), new("ClusterMIM, pixels, K = 100", "cluster-mim"), new("ClusterMIM, morphed clusters", "cluster-mim", "Morphing=Dynamic"),
        new("BEiT v2 without aggregation", "beit2", "Tokenizer=TOKENIZER", "Aggregation=null"), new("BEiT v2", "beit2", "Tokenizer=TOKENIZER"),
        new("feature regression (MVP-like)", "feature-regression", "Teacher=TEACHER"),
        new("DTM", "dtm", "Teacher=TEACHER"), new("DTM, token by token", "dtm", "Teacher=TEACHER", "Morphing=None"), new("DTM, image-level", "dtm", "Teacher=TEACHER", "Morphing=ImageLevel"),
        new("DTM, nothing hidden (distillation)", "dtm", "Teacher=TEACHER", "Masking=None"),
        new("MAE + DTM", "mae", "Teacher=TEACHER"), new("ClusterMIM + DTM", "cluster-mim", "Teacher=TEACHER"), new("BEiT v2 + DTM", "beit2", "Tokenizer=TOKENIZER", "Teacher=TEACHER"),
    ];

    readonly DataSplits _data = runner.Trials.Data;

    public string Write()
    {
        var wanted = Rows.Where(row => only.Count == 0 || only.Any(text => row.Name.Contains(text, StringComparison.OrdinalIgnoreCase))).ToList();
        var (present, absent) = (wanted.Where(runner.Has).ToList(), wanted.Where(row => !runner.Has(row)).ToList());
        if (present.Count == 0) throw new ArgumentException($"none of these methods can be run{(absent.Count > 0 ? $"; they need {string.Join(" and ", absent.SelectMany(row => row.Needs).Distinct())}" : "")}.\n  there are: {string.Join("; ", Rows.Select(row => row.Name))}");
        var table = new ResultTable("Frozen features", runner.Scale.Name, $"{_data.Test.Name} test", null, Columns);
        var pixels = Control("raw pixels", "", () => FrozenEncoder.OfRawPixels(_data), table);
        Control("random encoder", "", OfRandomEncoder, table);
        if (runner.Teacher.Length > 0) Control("teacher", runner.Teacher, OfTeacher, table);
        Add(new("supervised, as many epochs", "supervised"), table, []);

        var losses = new List<object?[]>();
        foreach (var row in present)
        {
            var own = Control($"target of {row.Name}", $"{runner.Of(row, 0).Config}", () => OfTarget(row), null);
            var cells = Add(row, table, [("raw pixels", pixels), ("its own target", own)]);
            losses.Add(Loss(row, cells));
        }
        return Document(table, losses, absent);
    }

    // ------------------------------------------------------------------------------------------------------- controls

    Cell Control(string name, string artefact, Func<FrozenResult> measure, ResultTable? table)
    {
        var cell = runner.Trials.Store.Complete([(new ControlCell(name, artefact), 0UL)], (_, _) => Trials.Control(measure()), Told(name)).Single();
        table?.AddControl(name, Measurements([cell]));
        return cell;
    }

    sealed record ControlCell(string Control, string Artefact);

    FrozenResult OfRandomEncoder()
    {
        using var method = Build(new("", "mae"));
        return FrozenEncoder.Evaluate(images => method.Encode(images), _data);
    }

    FrozenResult OfTeacher()
    {
        using var teacher = Trained.Dino(runner.Teacher);
        var scale = InputScale.Of(_data.Train.Manifest);
        return FrozenEncoder.Evaluate(images => teacher.Pooled(images, scale), _data);
    }

    // the target under a linear layer: ids as one-hots at each place, vectors side by side where that is not too wide, else their mean
    FrozenResult OfTarget(NamedArm row)
    {
        const int widest = 4096;
        using var method = Build(row);
        var target = method.Terms[0].Target;
        return FrozenEncoder.Evaluate(images =>
        {
            var values = target.Of(images).Values;
            if (values.ndim == 2) return values.size(1) * target.Size <= widest ? nn.functional.one_hot(values, target.Size).to(float32).flatten(1) : nn.functional.one_hot(values, target.Size).to(float32).mean([1]);
            return values.size(1) * values.size(2) <= widest ? values.flatten(1) : values.mean([1]);
        }, _data);
    }

    Method Build(NamedArm row) => (Method)runner.Of(row, 0).Build(_data.Train);

    // -------------------------------------------------------------------------------------------------------- methods

    IReadOnlyList<Cell> Add(NamedArm row, ResultTable table, IReadOnlyList<(string Name, Cell Cell)> controls)
    {
        var cells = runner.Cells(row, seeds, Told(row.Name));
        var verdict = controls.Count == 0 ? null : Learnt.Judge([.. cells.Select(Read)], [.. controls.Select(control => (control.Name, Read(control.Cell)))]);
        table.AddMethod(row.Name, null, cells.Average(cell => cell.Outcome.Minutes), verdict, Measurements(cells));
        return cells;

        Evaluated Read(Cell cell) => new("linear probe", $"{_data.Test.Name} test", cell.Outcome.Correct(_data.Test.Count), 0);
    }

    static IReadOnlyList<(Metric, Measured)> Measurements(IReadOnlyList<Cell> cells) =>
        [.. Columns.Select(metric => (metric, new Measured([.. cells.Select(cell => cell.Outcome.Values[metric.Name])], TestReads: cells.Count)))];

    static object?[] Loss(NamedArm row, IReadOnlyList<Cell> cells)
    {
        var (loss, trivial) = (cells.Average(cell => cell.Outcome.Values[Trials.HeldOutLoss.Name]), cells.Average(cell => cell.Outcome.Values[Trials.TrivialLoss.Name]));
        var gain = (trivial - loss) / trivial;
        return [row.Name, loss, trivial, string.Create(CultureInfo.InvariantCulture, $"{100 * gain:F1} %"), gain >= LeastGain ? "yes" : "no"];
    }

    Action<Cell> Told(string name) => cell => output.WriteLine($"{name}, seed {cell.Seed}: {string.Join(", ", cell.Outcome.Values.Select(value => FormattableString.Invariant($"{value.Key} {value.Value:0.####}")))}");

    // ------------------------------------------------------------------------------------------------------- document

    string Document(ResultTable table, IReadOnlyList<object?[]> losses, IReadOnlyList<NamedArm> absent)
    {
        var xray = new MetricTable("Held-out loss beside what no network needs", ["method", "loss on val", "best trivial predictor", "below it", "by 10 %"], losses,
            "the method's own loss with its own masks on val; the trivial predictor knows the frequencies or means of its targets at each place, and nothing of the image.");
        var text = new StringBuilder("# Results\n\nWritten by `./mimkit results");
        text.Append(CultureInfo.InvariantCulture, $" --scale {runner.Scale.Name} --seeds {seeds}`; {_data.Train.Count:N0} training images of {_data.Train.Name}. ");
        text.Append("A method has *learnt* where its linear probe beats raw pixels and a linear layer on its own target, the 95 % interval of the paired difference above 0 in every seed; all else is *not shown at this scale*.\n");
        text.Append(CultureInfo.InvariantCulture, $"\n```text\n{table}\n```\n\n```text\n{xray}\n```\n");
        if (absent.Count > 0) text.Append(CultureInfo.InvariantCulture, $"\nNot run, for want of {string.Join(" and ", absent.SelectMany(row => row.Needs).Distinct())}: {string.Join("; ", absent.Select(row => row.Name))}.\n");
        return text.Append("\nOut of scope: BYOL and SLIP with DTM; iBOT.\n").ToString();
    }
}
