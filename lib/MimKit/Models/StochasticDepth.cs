using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>
/// The stochastic depth ("drop path") of one step: every residual branch of every image is kept with probability 1 − rate and then divided by it
/// (METHODS 1.1). Branches take their numbers in the order in which they run.
/// </summary>
/// <param name="uniform">[B · branches] numbers in [0, 1), image after image</param>
/// <param name="images">B</param>
public sealed class StochasticDepth(float[] uniform, int images)
{
    private readonly int _branches = uniform.Length / images;
    private int _next;

    /// <summary>The numbers of a step.</summary>
    /// <param name="draw">the step's random numbers</param>
    /// <param name="branches">residual branches of the network: two a block</param>
    public static StochasticDepth Of(Draw draw, int branches) => new(draw.Uniform(Purpose.DropPath, branches), draw.Count);

    /// <summary>The factor of the next branch: 0 or 1 / (1 − rate) an image, [B, 1, 1] float32; null where nothing can be dropped.</summary>
    public Tensor? Next(double rate)
    {
        var branch = _next++;
        if (rate <= 0) return null;
        var factors = new float[images];
        for (var b = 0; b < images; b++) factors[b] = Math.Floor(1 - rate + uniform[b * _branches + branch]) >= 1 ? (float)(1 / (1 - rate)) : 0;
        return tensor(factors, [images, 1, 1]);
    }

    /// <summary>The rate of every block: a line from 0 to <paramref name="last"/>.</summary>
    public static double[] Rates(double last, int blocks) =>
        [.. Enumerable.Range(0, blocks).Select(i => blocks == 1 ? 0 : last * i / (blocks - 1))];

    /// <summary>The rates of patch aggregation's blocks: the line goes on from the block whose patches they take.</summary>
    public static double[] AggregationRates(double last, int blocks, PatchAggregation aggregation) =>
        [.. Rates(last, Math.Max(blocks, aggregation.FromBlock + aggregation.Blocks)).Skip(aggregation.FromBlock).Take(aggregation.Blocks)];
}
