using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>
/// BEiT's block-wise masking: rectangles of random area and aspect until an exact number of patches is hidden (METHODS 1.4; the exact number is
/// BEiT v2's). Defaults: 75 of 196 patches, rectangles of at least 16.
/// </summary>
/// <param name="Hidden">patches that are hidden in every image</param>
/// <param name="LeastArea">of a rectangle, in patches</param>
/// <param name="LeastAspect">aspects are log-uniform between this and its inverse</param>
public sealed record BlockwiseMasking(int Hidden = 75, int LeastArea = 16, double LeastAspect = 0.3) : Masking
{
    private const int Attempts = 10;                                               // at one rectangle, before single patches fill up

    public override Mask Draw(PatchGrid grid, Draw draw, Func<Tensor>? saliency = null)
    {
        Check(Hidden, grid, $"Block-wise masking with Hidden = {Hidden}");
        if (LeastArea < 1 || !(LeastAspect > 0 && LeastAspect <= 1))
            throw new ArgumentException($"Block-wise masking needs LeastArea of at least 1 and LeastAspect in (0, 1]; found {LeastArea} and {LeastAspect}.");
        var hidden = new bool[draw.Count * grid.Count];
        for (var b = 0; b < draw.Count; b++) Fill(grid, new DrawnBlocks(draw.Stream(Purpose.Mask, b))).CopyTo(hidden, b * grid.Count);
        return Mask.FromHidden(hidden, grid.Count);
    }

    /// <summary>The mask of one image from given draws.</summary>
    /// <returns>[N] true = hidden, exactly <see cref="Hidden"/> of them</returns>
    public bool[] Fill(PatchGrid grid, IBlockDraws draws)
    {
        var (mask, count) = (new bool[grid.Count], 0);
        while (count < Hidden && AddBlock(mask, grid, Hidden - count, draws) is var added and > 0) count += added;
        if (count == Hidden) return mask;
        var free = Enumerable.Range(0, grid.Count).Where(patch => !mask[patch]).ToArray();
        foreach (var pick in draws.Distinct(Hidden - count, free.Length)) mask[free[pick]] = true;
        return mask;
    }

    // hides one rectangle that adds at most `most` patches; 0 where none was found
    private int AddBlock(bool[] mask, PatchGrid grid, int most, IBlockDraws draws)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = draws.Uniform(LeastArea, most);                             // also where most < LeastArea: then between the two
            var aspect = Math.Exp(draws.Uniform(Math.Log(LeastAspect), Math.Log(1 / LeastAspect)));
            var (h, w) = ((int)Math.Round(Math.Sqrt(area * aspect)), (int)Math.Round(Math.Sqrt(area / aspect)));   // to even, as Python's round
            if (w >= grid.Columns || h >= grid.Rows) continue;
            var (top, left) = (draws.Place(grid.Rows - h), draws.Place(grid.Columns - w));
            var inside = from row in Enumerable.Range(top, h) from column in Enumerable.Range(left, w) select row * grid.Columns + column;
            var added = inside.Where(patch => !mask[patch]).ToArray();
            if (added.Length == 0 || added.Length > most) continue;
            foreach (var patch in added) mask[patch] = true;
            return added.Length;
        }
        return 0;
    }

    private sealed class DrawnBlocks(SampleStream stream) : IBlockDraws
    {
        public double Uniform(double low, double high) => low + (high - low) * stream.NextDouble();
        public int Place(int most) => stream.Below(most + 1);
        public int[] Distinct(int count, int of)
        {
            var all = Enumerable.Range(0, of).ToArray();
            for (var i = 0; i < count; i++)
            {
                var j = i + stream.Below(of - i);
                (all[i], all[j]) = (all[j], all[i]);
            }
            return all[..count];
        }
    }
}

/// <summary>The random choices of one block-wise mask.</summary>
public interface IBlockDraws
{
    /// <summary>A number between the two; they may come in either order.</summary>
    double Uniform(double low, double high);

    /// <summary>A whole number from 0 to <paramref name="most"/>, both included.</summary>
    int Place(int most);

    /// <summary>Distinct whole numbers from 0 to <paramref name="of"/> − 1.</summary>
    int[] Distinct(int count, int of);
}
