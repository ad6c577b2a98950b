using MimKit.Ablations;
using MimKit.Data;
using MimKit.Metrics;
using MimKit.Reports;
using MimKit.Tests.Training;

namespace MimKit.Tests.Ablations;

public sealed class MeasuredTableTests : IDisposable
{
    private sealed record Toy(int Depth);

    private readonly string _folder = Directory.CreateTempSubdirectory("mimkit-tables-").FullName;
    private int _computed;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private MeasuredTable Session(int images = 20)
    {
        var set = TinySubject.Images(images);
        return new(Paper.BeitV2.Table5, new Trials(new DataSplits(set, set, set), "smoke", _folder), Metric.LinearProbe);
    }

    private TableRow<Toy> Row(MeasuredTable table, int depth = 1) => table.Row("one block", Paper.BeitV2.OneBlock, new Toy(depth), (toy, seed) =>
    {
        _computed++;
        return Outcome.Of(Metric.LinearProbe, 80 + toy.Depth + (double)seed, minutes: 0.5);
    });

    [Fact]
    public void A_measured_row_is_found_by_the_next_session_and_not_measured_again()
    {
        Row(Session()).Measure(seeds: 2);
        var next = Session();
        Row(next).Measure(seeds: 2);
        Assert.Equal(2, _computed);
        var kept = Assert.Single(next.Rows());
        Assert.Equal([81.0, 82.0], kept.Values["linear probe"]);
        Assert.Empty(next.Stale(kept));
        Assert.Contains("81.50 ± 0.71", $"{Table.Show(next)}");
        Assert.DoesNotContain("changed", $"{Table.Show(next)}");
    }

    [Fact]
    public void A_row_of_another_record_or_data_is_shown_as_stale()
    {
        Row(Session()).Measure();
        var (record, data) = (Session(), Session(images: 10));
        Row(record, depth: 2);
        Row(data);
        Assert.Equal(["record"], record.Stale(record.Rows()[0]));
        Assert.Equal(["data"], data.Stale(data.Rows()[0]));
        Assert.Contains(", stale: record changed", $"{Table.Show(record)}");
        Row(record, depth: 2).Measure();
        Assert.Empty(record.Stale(record.Rows()[0]));
    }

    [Fact]
    public void A_row_of_another_build_is_shown_as_stale()
    {
        Row(Session()).Measure();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "tables"), "*.json", SearchOption.AllDirectories));
        var table = Session();
        File.WriteAllText(file, File.ReadAllText(file).Replace(table.Rows()[0].Code, "an older build"));
        Assert.Equal(["code"], table.Stale(table.Rows()[0]));
    }

    [Fact]
    public void Paper_and_measured_numbers_stand_in_columns_of_their_own()
    {
        var table = Session();
        Row(table).Measure(seeds: 2);
        var shown = Table.Show(table);
        int Column(string name) => shown.Columns.ToList().IndexOf(name);
        ShownNumber? Cell(string row, string column) => (ShownNumber?)shown.Rows.Single(cells => ((string)cells[0]!).StartsWith(row))[Column(column)];
        Assert.Equal(("–", double.NaN), (Cell(Paper.BeitV2.OneBlock, "linear probe (%), paper")!.Text, Cell(Paper.BeitV2.OneBlock, "linear probe (%), paper")!.Value));
        Assert.Equal(new ShownNumber(81.5, "81.50 ± 0.71"), Cell(Paper.BeitV2.OneBlock, "linear probe (%), ours"));
        Assert.Equal(new ShownNumber(80.1, "80.1"), Cell(Paper.BeitV2.TwoBlocks, "linear probe (%), paper"));
        Assert.Null(Cell(Paper.BeitV2.TwoBlocks, "linear probe (%), ours"));
        Assert.Equal("not measured", shown.Rows.Single(cells => (string)cells[0]! == Paper.BeitV2.TwoBlocks)[Column("measured")]);
        Assert.DoesNotContain("fine-tune (%), ours", shown.Columns);
        Assert.Contains("–: not published where we could read it.", shown.Note);
        Assert.Contains("linear probe of 2 blocks, shared head (default): the same model in Table 2", shown.Note);
    }

    [Fact]
    public void A_row_that_the_paper_does_not_have_is_refused() =>
        Assert.Contains("has no row 'nine blocks'", Assert.Throws<ArgumentException>(() => Session().Row("x", "nine blocks", new Toy(9), (_, _) => null!)).Message);

    public static TheoryData<string> Tables => [.. All.Select(table => table.Title)];

    private static IEnumerable<PaperTable> All => [.. Paper.ClusterMim.Tables, .. Paper.BeitV2.Tables, .. Paper.Dtm.Tables];

    [Theory, MemberData(nameof(Tables))]
    public void Every_published_cell_has_its_row_its_column_and_its_source(string title)
    {
        var table = All.Single(table => table.Title == title);
        Assert.Equal(table.Rows.Count, table.Rows.Distinct().Count());
        Assert.All(table.Cells, cell =>
        {
            Assert.Contains(cell.Key.Row, table.Rows);
            Assert.Contains(cell.Key.Metric, table.Metrics);
            Assert.True(cell.Value.Source.Length > 10 && cell.Value.Value is > 0 and <= 100);
        });
        Assert.All(table.Cells.Values, cell => Assert.Contains(cell.Source, Table.Show(table).Note));
    }
}
