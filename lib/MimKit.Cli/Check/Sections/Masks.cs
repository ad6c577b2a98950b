using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>Masks: by recorded draws, and by their statistics.</summary>
static class Masks
{
    const double Sigmas = 5;                                                       // of a difference of two samples, over some hundred comparisons

    public static Dictionary<string, Runner> Runners { get; } = new()
    {
        ["blockwise_mask_trace"] = Trace, ["blockwise_mask_stats"] = Statistics, ["simmim_mask_stats"] = Units,
    };

    static void Trace(ReferenceCase stored, Findings found)
    {
        var (grid, masking) = Setting(stored);
        for (var i = 0; i < stored.Integer("masks"); i++)
        {
            var mask = masking.Fill(grid, new Recorded([.. stored[$"draws_{i}"].ToArray<double>()], [.. stored[$"adjust_picks_{i}"].ToArray<long>()]));
            found.Compare($"mask_{i}", tensor(mask).reshape(grid.Rows, grid.Columns));
        }
        foreach (var name in stored.Expected.Where(name => !name.StartsWith("mask_", StringComparison.Ordinal)).ToList()) found.Leave(name, "the draws are inputs");
    }

    static void Statistics(ReferenceCase stored, Findings found)
    {
        var (grid, masking) = Setting(stored);
        var draws = stored.Integer("n_draws");
        var masks = masking.Draw(grid, Draw(draws)).Hidden.ToArray<bool>().Chunk(grid.Count).ToArray();
        var counts = masks.Select(mask => mask.Count(hidden => hidden)).ToArray();

        found.Compare("masked_count_min", [counts.Min()]);
        found.Compare("masked_count_max", [counts.Max()]);
        CompareCounts(found, "position_counts", stored["position_counts"].ToArray<long>(), Positions(masks), draws);
        CompareMean(found, stored, "adjacent_masked_pairs", [.. masks.Select(mask => (double)AdjacentPairs(mask, grid))]);
        foreach (var name in stored.Expected.ToList()) found.Leave(name, "rectangles are compared by the recorded draws");
    }

    static void Units(ReferenceCase stored, Findings found)
    {
        var (side, unit) = (stored.Integer("input_size") / stored.Integer("model_patch_size"), stored.Integer("mask_patch_size") / stored.Integer("model_patch_size"));
        var (grid, draws) = (new PatchGrid(side, side, stored.Integer("model_patch_size"), 3), stored.Integer("n_draws"));
        var masks = new UnitMasking(stored.Number("mask_ratio"), unit).Draw(grid, Draw(draws)).Hidden.ToArray<bool>().Chunk(grid.Count).ToArray();
        var counts = masks.Select(mask => mask.Count(hidden => hidden)).ToArray();
        var aligned = masks.Count(mask => Enumerable.Range(0, grid.Count).All(i => mask[i] == mask[i / side / unit * unit * side + i % side / unit * unit]));

        found.Compare("masked_min", [counts.Min()]);
        found.Compare("masked_max", [counts.Max()]);
        found.Compare("masks_aligned_to_blocks", [aligned]);
        found.Compare("mask_shape", [side, side]);
        CompareCounts(found, "position_counts", stored["position_counts"].ToArray<long>(), Positions(masks), draws);
    }

    static (PatchGrid, BlockwiseMasking) Setting(ReferenceCase stored)
    {
        var size = stored.Config.GetProperty("grid");
        return (new(size[0].GetInt32(), size[1].GetInt32(), 16, 3), new(stored.Integer("num_masking_patches"), stored.Integer("min_num_patches"), stored.Number("min_aspect")));
    }

    static Draw Draw(int images) => new(1, 0, [.. Enumerable.Range(0, images).Select(i => (long)i)]);

    static long[] Positions(bool[][] masks) => [.. Enumerable.Range(0, masks[0].Length).Select(i => masks.LongCount(mask => mask[i]))];

    static int AdjacentPairs(bool[] mask, PatchGrid grid) => Enumerable.Range(0, grid.Count).Count(i => mask[i] && i % grid.Columns + 1 < grid.Columns && mask[i + 1])
        + Enumerable.Range(0, grid.Count - grid.Columns).Count(i => mask[i] && mask[i + grid.Columns]);

    // two binomial samples of one probability
    static void CompareCounts(Findings found, string name, long[] reference, long[] own, int draws)
    {
        for (var i = 0; i < reference.Length; i++)
        {
            var p = (reference[i] + own[i] + 1) / (2.0 * draws + 2);
            found.Judge(name, Math.Abs(reference[i] - own[i]), Sigmas * Math.Sqrt(2 * draws * p * (1 - p)));
        }
    }

    // the case stores mean, deviation and standard error
    static void CompareMean(Findings found, ReferenceCase stored, string name, double[] own)
    {
        var reference = stored[name].ToArray<double>();
        var (mean, error) = (own.Average(), reference[2]);
        found.Judge(name, Math.Abs(mean - reference[0]), Sigmas * Math.Sqrt(2) * error);
    }

    sealed class Recorded(Queue<double> draws, int[] picks) : IBlockDraws
    {
        public Recorded(IEnumerable<double> draws, IEnumerable<long> picks) : this(new Queue<double>(draws), [.. picks.Select(pick => (int)pick)]) { }
        public double Uniform(double low, double high) => draws.Dequeue();
        public int Place(int most) => (int)draws.Dequeue();
        public int[] Distinct(int count, int of) => picks[..count];
    }
}
