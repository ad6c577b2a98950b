namespace MimKit.Evaluation;

/// <summary>
/// Multinomial logistic regression by L-BFGS: the mean cross-entropy plus L2 / 2 times the squared weights (biases free).
/// Logits are linear in the weights, so a line search moves along stored logits and multiplies by X once an iteration only.
/// </summary>
public sealed class LogisticRegression(IProbeInput input, int[] labels, int classes)
{
    const int History = 60;                    // (s, y) pairs that model the curvature: small beside X, and a third fewer iterations than 10
    const int MostIterations = 300;
    const double GradientTolerance = 1e-4;     // largest entry, as scikit-learn's default
    const int Patience = 10;                   // iterations over which progress is judged
    const double SufficientDecrease = 1e-4;    // Armijo's constant

    readonly Tensor _label = torch.tensor(Array.ConvertAll(labels, label => (long)label)).unsqueeze(1);   // [n, 1]
    readonly Tensor _oneHot = nn.functional.one_hot(torch.tensor(Array.ConvertAll(labels, label => (long)label)), classes).to(ScalarType.Float32);

    /// <summary>Weights before anything is learnt: [D + 1, C] zeros, the last row the biases.</summary>
    public Tensor Start() => torch.zeros(input.Width + 1, classes);

    /// <summary>Moves weights to the minimum in place.</summary>
    /// <param name="weights">[D + 1, C], where to start.</param>
    /// <param name="l2">Strength of the penalty.</param>
    /// <param name="leastProgress">Stops when ten iterations lower the loss by less than this share of it.</param>
    /// <returns>The iterations it took.</returns>
    public int MinimiseInPlace(Tensor weights, double l2, double leastProgress = 2e-4)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var pairs = new Queue<Pair>();
        var logits = Logits(input, weights);                                          // [n, C], kept up to date
        var gradient = Gradient(logits, weights, l2);
        var losses = new List<double>();
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            if (gradient.abs().max().ToDouble() < GradientTolerance) return iteration;
            using var inner = NewDisposeScope();

            var direction = Direction(gradient, pairs);
            var slope = Dot(gradient, direction);
            var first = pairs.Count > 0 ? 1 : Math.Min(1, 1 / Math.Sqrt(Dot(gradient, gradient)));
            var along = Logits(input, direction);
            var (step, loss) = LineSearch(logits, along, weights, direction, slope, l2, first);
            losses.Add(loss);
            if (step == 0 || iteration > Patience && losses[^(Patience + 1)] - loss < leastProgress * loss) return iteration;

            weights.add_(direction, alpha: step);
            logits.add_(along, alpha: step);
            var next = Gradient(logits, weights, l2);
            Remember(pairs, direction * step, next - gradient);
            gradient.copy_(next);
        }
        return MostIterations;
    }

    /// <summary>[n, C] of any input under trained weights.</summary>
    public static Tensor Logits(IProbeInput input, Tensor weights) =>
        input.Logits(weights.narrow(0, 0, input.Width)).add_(weights.narrow(0, input.Width, 1));

    Tensor Gradient(Tensor logits, Tensor weights, double l2)
    {
        using var scope = NewDisposeScope();
        var residual = (logits.softmax(1) - _oneHot).div_(input.Count);               // [n, C]
        var penalised = input.Gradient(residual).add_(weights.narrow(0, 0, input.Width), alpha: l2);
        return torch.cat([penalised, residual.sum(0, keepdim: true)], 0).MoveToOuterDisposeScope();
    }

    /// <summary>Nocedal and Wright, algorithm 7.4: the two loops over the stored pairs.</summary>
    static Tensor Direction(Tensor gradient, Queue<Pair> pairs)
    {
        var q = gradient.neg();
        var alphas = new Stack<double>();
        foreach (var (s, y, rho) in pairs.Reverse())
        {
            alphas.Push(rho * Dot(s, q));
            q.add_(y, alpha: -alphas.Peek());
        }
        if (pairs.LastOrDefault() is { } last) q.mul_(1 / (last.Rho * Dot(last.Y, last.Y)));
        foreach (var (s, y, rho) in pairs) q.add_(s, alpha: alphas.Pop() - rho * Dot(y, q));
        return q;
    }

    /// <summary>Halves the step until the loss falls enough; a step of 0 where float32 resolves no lower loss.</summary>
    (double Step, double Loss) LineSearch(Tensor logits, Tensor along, Tensor weights, Tensor direction, double slope, double l2, double first)
    {
        var start = Loss(logits, along, weights, direction, l2, 0);
        for (var step = first; step > 1e-6; step /= 2)
            if (Loss(logits, along, weights, direction, l2, step) is var loss && loss <= start + SufficientDecrease * step * slope) return (step, loss);
        return (0, start);
    }

    double Loss(Tensor logits, Tensor along, Tensor weights, Tensor direction, double l2, double step)
    {
        using var scope = NewDisposeScope();
        var z = logits.add(along, alpha: step);
        var crossEntropy = (z.logsumexp(1, keepdim: true) - z.gather(1, _label)).to(ScalarType.Float64).mean().ToDouble();
        var moved = weights.add(direction, alpha: step).narrow(0, 0, input.Width);
        return crossEntropy + l2 / 2 * Dot(moved, moved);
    }

    static void Remember(Queue<Pair> pairs, Tensor s, Tensor y)
    {
        var curvature = Dot(s, y);
        if (curvature <= 1e-12 * Dot(y, y)) return;                                   // rounding, not curvature
        pairs.Enqueue(new(s.MoveToOuterDisposeScope(), y.MoveToOuterDisposeScope(), 1 / curvature));
        if (pairs.Count <= History) return;
        var oldest = pairs.Dequeue();
        oldest.S.Dispose();
        oldest.Y.Dispose();
    }

    static double Dot(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return a.to(ScalarType.Float64).mul(b).sum().ToDouble();
    }

    sealed record Pair(Tensor S, Tensor Y, double Rho);
}
