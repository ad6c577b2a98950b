using MimKit.Ablations;
using MimKit.Metrics;
using MimKit.Reports;
using MimKit.Runtime;

namespace MimKit.Tests.Ablations;

public sealed class AblationTests : IDisposable
{
    private sealed record Toy
    {
        public double Ratio { get; init; } = 0.5;
        public int Depth { get; init; } = 1;
        public double Rate { get; init; } = 1;
        public int Epochs { get; init; } = 12;
    }

    private static readonly Metric Score = new("score", "%", 2);
    private readonly string _folder = Directory.CreateTempSubdirectory("mimkit-ablation-").FullName;
    private int _computed;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private CellStore Store => new(_folder, "toy on nothing");

    // seeds matter much more than arms: only paired differences see the arms
    private Outcome Measure(Toy toy, ulong seed)
    {
        Interlocked.Increment(ref _computed);
        return Outcome.Of(Score, 10 * seed + toy.Ratio + toy.Depth + 0.001 * seed * toy.Depth, val: -Math.Abs(toy.Rate - toy.Depth), minutes: toy.Epochs);
    }

    [Fact]
    public void An_ablation_is_one_line_and_its_axis_names_itself()
    {
        var table = Ablate.Over(new Toy(), [0.3, 0.6], (c, v) => c with { Ratio = v }).Run(Measure, Store, [Score]);
        Assert.Equal(["Ratio 0.3", "Ratio 0.6"], table.Rows.Select(row => row.Name));
        Assert.Equal(1.6, table.Rows[1].Of(Score).Single(), 12);
    }

    [Fact]
    public void A_grid_has_every_arm_with_every_seed_and_a_second_run_computes_nothing()
    {
        var grid = Ablate.Over(new Toy(), [0.3, 0.6], (c, v) => c with { Ratio = v }).By([1, 2, 3], (c, v) => c with { Depth = v }) with { Seeds = 3 };
        var first = grid.Run(Measure, Store, [Score]);
        Assert.Equal((6, 18), (first.Rows.Count, _computed));
        var second = grid.Run(Measure, Store, [Score]);
        Assert.Equal(18, _computed);
        Assert.Equal(first.ToCsv(), second.ToCsv());
        grid.By([5], (c, v) => c with { Epochs = v }).Run(Measure, Store, [Score]);
        Assert.Equal(36, _computed);                                               // another record is another cell
        Assert.Empty(Directory.GetFiles(_folder, "*.lock"));
    }

    [Fact]
    public void Differences_are_paired_by_seed()
    {
        var table = (Ablate.Over(new Toy(), [1, 2], (c, v) => c with { Depth = v }) with { Seeds = 5 }).Run(Measure, Store, [Score]);
        var difference = table.Difference(table.Rows[1], Score)!;
        Assert.Equal(1.002, difference.Mean, 9);
        Assert.Equal(Verdict.Supported, difference.Verdict);
        Assert.True(difference.High - difference.Low < 0.01);
        Assert.Null(table.Difference(table.Rows[0], Score));
    }

    [Fact]
    public void The_rate_of_every_arm_is_chosen_on_val_by_the_first_seed()
    {
        var table = (Ablate.Over(new Toy(), [1, 3], (c, v) => c with { Depth = v }) with { Seeds = 2 })
            .ChooseRate([1, 2, 3], (c, rate) => c with { Rate = rate }).Run(Measure, Store, [Score]);
        Assert.Contains("Rate = 1,", table.Rows[0].Cells[1].Config);
        Assert.Contains("Rate = 3,", table.Rows[1].Cells[1].Config);
        Assert.Equal(6 + 2, _computed);                                            // three rates an arm, then the second seed
    }

    [Fact]
    public void Arms_of_equal_compute_differ_in_length()
    {
        var grid = Ablate.Over(new Toy(), [1, 2, 4], (c, v) => c with { Depth = v }).EqualCompute(c => c.Depth, c => c.Epochs, (c, n) => c with { Epochs = n });
        Assert.Equal([12, 6, 3], grid.Arms.Select(arm => arm.Config.Epochs));
    }

    [Fact]
    public void An_interrupted_grid_keeps_its_finished_cells()
    {
        var grid = Ablate.Over(new Toy(), [1, 2, 3, 4], (c, v) => c with { Depth = v });
        Assert.Throws<OperationCanceledException>(() => grid.Run((toy, seed) => toy.Depth == 3 ? throw new OperationCanceledException() : Measure(toy, seed), Store, [Score]));
        Assert.Equal(2, _computed);
        Assert.Equal(4, grid.Run(Measure, Store, [Score]).Rows.Count);
        Assert.Equal(4, _computed);
    }

    [Fact]
    public async Task Several_workers_share_a_grid_and_compute_every_cell_once()
    {
        var grid = Ablate.Over(new Toy(), Enumerable.Range(1, 6), (c, v) => c with { Depth = v }) with { Seeds = 2 };
        var tables = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => grid.Run((toy, seed) =>
        {
            Thread.Sleep(5);
            return Measure(toy, seed);
        }, Store, [Score]))));
        Assert.Equal(12, _computed);
        Assert.Single(tables.Select(table => table.ToCsv()).Distinct());
    }

    [Fact]
    public async Task A_store_that_does_not_wait_computes_the_rest_and_says_that_something_is_missing()
    {
        (object, ulong)[] wanted = [(new Toy { Depth = 1 }, 0), (new Toy { Depth = 2 }, 0)];
        using var started = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var other = Task.Run(() => Store.Complete([wanted[0]], (toy, seed) =>
        {
            started.Set();
            release.Wait();
            return Measure((Toy)toy, seed);
        }));
        started.Wait();
        Assert.Null(Store.TryComplete(wanted, (toy, seed) => Measure((Toy)toy, seed)));
        Assert.Equal(1, _computed);                                                // the one that nobody held
        release.Set();
        await other;
        Assert.Equal(2, Store.TryComplete(wanted, (_, _) => throw new InvalidOperationException("all are there"))!.Count);
    }

    [Fact]
    public void Exports_hold_the_numbers()
    {
        var table = (Ablate.Over(new Toy(), [1, 2], (c, v) => c with { Depth = v }) with { Seeds = 2 }).Run(Measure, Store, [Score]);
        Assert.Equal("Depth,score,score sd,score difference,low,high,seeds,minutes", table.ToCsv().Split('\n')[0]);
        Assert.StartsWith("2,7.501,", table.ToCsv().Split('\n')[2]);
        Assert.Contains("score (\\%)", table.ToLatex());
        Assert.Contains("$\\pm$", table.ToLatex());
        var svg = System.Xml.Linq.XDocument.Parse(table.ToSvg(Score));
        Assert.Equal(2, svg.Descendants().Count(element => element.Name.LocalName == "circle"));
        Assert.Contains("Depth", table.ToString());
        Assert.True(table.MimeBundle().ContainsKey("text/html"));
    }

    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(4, 2.776)]
    [InlineData(60, 2.000)]
    public void Intervals_use_students_t(int degrees, double quantile) => Assert.Equal(quantile, SeedDifference.Quantile(degrees), 2e-3);

    [Fact]
    public void A_cancelled_host_stops_between_cells()
    {
        using var source = new CancellationTokenSource();
        Ambient.Cancellation = source.Token;
        try
        {
            Assert.Throws<OperationCanceledException>(() => Ablate.Over(new Toy(), [1, 2], (c, v) => c with { Depth = v }).Run((toy, seed) =>
            {
                source.Cancel();
                return Measure(toy, seed);
            }, Store, [Score]));
            Assert.Equal(1, _computed);
        }
        finally
        {
            Ambient.Cancellation = default;
        }
    }
}
