namespace MimKit.Metrics;

/// <summary>p(id | context) from counts with additive smoothing.</summary>
internal sealed class ContextCounts(int contexts, int tokens, double smoothing)
{
    private readonly long[] _counts = new long[checked((long)contexts * tokens)];
    private readonly long[] _totals = new long[contexts];

    public void Add(long context, long id)
    {
        _counts[context * tokens + id]++;
        _totals[context]++;
    }

    public double Nats(long context, long id) =>
        Math.Log((_totals[context] + smoothing * tokens) / (_counts[context * tokens + id] + smoothing));
}

/// <summary>The mean patch, over all positions and per position; a position without a counted patch has the global mean.</summary>
internal sealed class PatchMeans(int positions, int width)
{
    private readonly double[] _sums = new double[positions * width];
    private readonly long[] _counts = new long[positions];
    private double[][]? _means;   // [positions + 1][width], the last is the global mean

    public ReadOnlySpan<double> Global => Means[positions];
    public ReadOnlySpan<double> At(int position) => Means[position];

    public void Add(int position, ReadOnlySpan<float> patch)
    {
        for (var i = 0; i < width; i++) _sums[position * width + i] += patch[i];
        _counts[position]++;
    }

    private double[][] Means => _means ??= Compute();

    private double[][] Compute()
    {
        var all = Math.Max(1, _counts.Sum());
        var global = new double[width];
        for (var i = 0; i < _sums.Length; i++) global[i % width] += _sums[i] / all;
        var means = Enumerable.Range(0, positions).Select(p => _counts[p] == 0 ? global
            : Enumerable.Range(0, width).Select(i => _sums[p * width + i] / _counts[p]).ToArray());
        return [.. means, global];
    }
}
