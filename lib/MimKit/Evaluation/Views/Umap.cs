using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>
/// UMAP (McInnes, Healy and Melville, 2018, arXiv 1802.03426): a map whose fuzzy neighbour graph resembles that of the features. Edges attract, sampled pairs repel, so a pass costs
/// as much as there are edges. Starts from the principal components; the same seed gives the same map, one pass after the other on one core.
/// </summary>
public sealed record Umap
{
    private const float Clip = 4, StartSide = 10;

    /// <summary>k of the neighbour graph, the point itself not counted.</summary>
    public int Neighbours { get; init; } = 15;
    /// <summary>Distance below which points of the map count as one.</summary>
    public double LeastDistance { get; init; } = 0.1;
    /// <summary>Scale of the map.</summary>
    public double Spread { get; init; } = 1;
    /// <summary>Null: 500 up to 10,000 points, 200 beyond.</summary>
    public int? Epochs { get; init; }
    /// <summary>Sampled pairs that repel, for each edge that attracts.</summary>
    public int Repulsions { get; init; } = 5;
    /// <summary>At the first epoch; falls linearly to 0.</summary>
    public double LearningRate { get; init; } = 1;
    public ulong Seed { get; init; }

    /// <summary>Makes the map.</summary>
    /// <param name="features">[n, D], n above <see cref="Neighbours"/>; finite</param>
    public EmbeddingMap Fit(FeatureSet features)
    {
        if (features.Count <= Neighbours + 1) throw new ArgumentException($"A graph of {Neighbours} neighbours needs more than {Neighbours + 1} points, found {features.Count:N0}.");
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var graph = FuzzyGraph.Of(features.X, Neighbours);
        var map = Start(features.X);
        Descend(graph, map, Epochs ?? (features.Count <= 10_000 ? 500 : 200));
        return EmbeddingMap.Of($"UMAP, {Neighbours} neighbours", features, tensor(map, [features.Count, 2]));
    }

    /// <summary>a and b of the map's likeness 1 / (1 + a d^2b), by least squares to the curve that is 1 up to the least distance and falls with the spread after it.</summary>
    public static (double A, double B) Curve(double leastDistance, double spread)
    {
        if (!(leastDistance >= 0 && leastDistance < 3 * spread)) throw new ArgumentException($"The least distance, {leastDistance}, must be at least 0 and well below the spread, {spread}.");
        const int points = 300;
        var d = Enumerable.Range(1, points - 1).Select(i => 3 * spread * i / (points - 1)).ToArray();       // at 0 the curve is 1 whatever a and b
        var wanted = d.Select(x => x < leastDistance ? 1 : Math.Exp(-(x - leastDistance) / spread)).ToArray();
        var (a, b, damping) = (1.0, 1.0, 1e-3);
        double Error(double a, double b) => d.Zip(wanted, (x, y) => Math.Pow(1 / (1 + a * Math.Pow(x, 2 * b)) - y, 2)).Sum();
        for (var step = 0; step < 200; step++)                                     // Levenberg-Marquardt
        {
            double aa = 0, ab = 0, bb = 0, ga = 0, gb = 0;
            for (var i = 0; i < d.Length; i++)
            {
                var (power, value) = (Math.Pow(d[i], 2 * b), 1 / (1 + a * Math.Pow(d[i], 2 * b)));
                var (da, db) = (-power * value * value, -2 * a * power * Math.Log(d[i]) * value * value);
                (aa, ab, bb, ga, gb) = (aa + da * da, ab + da * db, bb + db * db, ga + da * (value - wanted[i]), gb + db * (value - wanted[i]));
            }
            var (ad, bd) = (aa * (1 + damping), bb * (1 + damping));
            var determinant = ad * bd - ab * ab;
            var (nextA, nextB) = (a - (bd * ga - ab * gb) / determinant, b - (ad * gb - ab * ga) / determinant);
            var better = nextA > 0 && nextB > 0 && Error(nextA, nextB) < Error(a, b);
            if (better) (a, b) = (nextA, nextB);
            damping *= better ? 0.3 : 10;
        }
        return (a, b);
    }

    // the first two principal components on a square of side 10, a little displaced so that equal points part
    private float[] Start(Tensor x)
    {
        using var scope = NewDisposeScope();
        var main = x.shape[1] > 1 ? Pca.Fit(x, 2).Project(x.to(CPU)) : cat([x, x.square()], 1).to(float32);
        var (low, high) = (main.amin([0]), main.amax([0]));
        var map = ((main - low) / (high - low).clamp(min: 1e-12) * StartSide).contiguous().ToArray<float>();
        var random = new SmallRandom(Seed);
        for (var i = 0; i < map.Length; i++) map[i] += 1e-3f * random.Uniform();
        return map;
    }

    // an edge is sampled in proportion to its weight: every (largest weight / its weight)-th epoch
    private void Descend(FuzzyGraph graph, float[] map, int epochs)
    {
        var (a, b) = Curve(LeastDistance, Spread);
        var random = new SmallRandom(Seed + 1);
        var largest = graph.Weight.Max();
        var kept = Enumerable.Range(0, graph.Weight.Length).Where(e => graph.Weight[e] >= largest / epochs).ToArray();
        var period = Array.ConvertAll(kept, e => largest / graph.Weight[e]);
        var next = (float[])period.Clone();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            var rate = (float)(LearningRate * (1 - epoch / (double)epochs));
            for (var k = 0; k < kept.Length; k++)
            {
                if (next[k] > epoch) continue;
                next[k] += period[k];
                var (from, to) = (graph.From[kept[k]], graph.To[kept[k]]);
                Attract(map, from, to, a, b, rate);
                for (var r = 0; r < Repulsions; r++) Repel(map, from, random.Below(graph.Count), a, b, rate);
            }
        }
    }

    private static void Attract(float[] map, int i, int j, double a, double b, float rate)
    {
        var (dx, dy) = (map[2 * i] - map[2 * j], map[2 * i + 1] - map[2 * j + 1]);
        var d2 = (double)dx * dx + (double)dy * dy;
        if (d2 == 0) return;
        var power = Math.Pow(d2, b);
        var pull = (float)(-2 * a * b * power / (d2 * (1 + a * power)));
        var (x, y) = (rate * Math.Clamp(pull * dx, -Clip, Clip), rate * Math.Clamp(pull * dy, -Clip, Clip));
        (map[2 * i], map[2 * i + 1], map[2 * j], map[2 * j + 1]) = (map[2 * i] + x, map[2 * i + 1] + y, map[2 * j] - x, map[2 * j + 1] - y);
    }

    private static void Repel(float[] map, int i, int j, double a, double b, float rate)
    {
        var (dx, dy) = (map[2 * i] - map[2 * j], map[2 * i + 1] - map[2 * j + 1]);
        var d2 = (double)dx * dx + (double)dy * dy;
        if (d2 == 0) return;                                                       // itself, or no direction to go
        var push = (float)(2 * b / ((0.001 + d2) * (1 + a * Math.Pow(d2, b))));
        map[2 * i] += rate * Math.Clamp(push * dx, -Clip, Clip);
        map[2 * i + 1] += rate * Math.Clamp(push * dy, -Clip, Clip);
    }

    // millions of draws: splitmix64 (Steele, Lea and Flood, 2014)
    private sealed class SmallRandom(ulong seed)
    {
        private ulong _state = seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D;

        public int Below(int count) => (int)((Next() >> 32) * (ulong)count >> 32);
        public float Uniform() => (Next() >> 40) * (1f / (1 << 24));

        private ulong Next()
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return z ^ z >> 31;
        }
    }
}
