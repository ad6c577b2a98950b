namespace MimKit.Reports;

/// <summary>One cell of a published table: a number and where it was read, or no number and why.</summary>
public sealed record PaperCell
{
    PaperCell(double? value, string source) => (Value, Source) = (value, source);

    /// <summary>In the metric's unit; null where no number could be read.</summary>
    public double? Value { get; }

    /// <summary>Where it was read, or why there is none.</summary>
    public string Source { get; }

    public static PaperCell Read(double value, string source) => new(value, source);

    /// <summary>Arithmetic on numbers that a text states, such as a gap to a number that it gives.</summary>
    public static PaperCell Derived(double value, string source) => new(value, $"derived: {source}");

    /// <summary>Read off a figure; about ± 0.05.</summary>
    public static PaperCell Plot(double value, string source) => new(value, $"read off a figure, about ± 0.05: {source}");

    public static PaperCell NotRead { get; } = new(null, "not published where we could read it");
}

/// <summary>A table of a paper as far as it is known. Numbers remembered but never read are not in it.</summary>
/// <param name="Title">"ClusterMIM, Table 3".</param>
/// <param name="Setting">Data, backbone and epochs of the paper's numbers.</param>
/// <param name="Metrics">Its columns.</param>
/// <param name="Rows">Its rows' names, in the paper's words.</param>
/// <param name="Cells">What was read.</param>
public sealed record PaperTable(
    string Title, string Setting, IReadOnlyList<Metric> Metrics, IReadOnlyList<string> Rows, IReadOnlyDictionary<(string Row, Metric Metric), PaperCell> Cells)
{
    /// <summary>A cell; <see cref="PaperCell.NotRead"/> where nothing is known.</summary>
    public PaperCell this[string row, Metric metric] => Cells.GetValueOrDefault((row, metric), PaperCell.NotRead);
}

/// <summary>The published tables that the kit's notebooks stand beside, one file a paper. Sources: METHODS 2.10, 3.7, 4.6.</summary>
public static partial class Paper
{
    // rows of one source
    static void Add(Dictionary<(string Row, Metric Metric), PaperCell> cells, Metric metric, Func<double, PaperCell> cell, params (string Row, double Value)[] values)
    {
        foreach (var (row, value) in values) cells.Add((row, metric), cell(value));
    }
}
