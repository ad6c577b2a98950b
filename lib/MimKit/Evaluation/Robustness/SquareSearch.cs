using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>
/// A black-box attack: tries squares of a random place and sign and keeps those that lower the margin of the right class. No gradient is used, so
/// that a classifier which only hides its gradient falls to it. After Square Attack (Andriushchenko et al., ECCV 2020, arXiv 1912.00049), simplified:
/// squares shrink by halves along the search, and an l2 change is scaled back to its ball.
/// </summary>
/// <param name="Norm">Of the change.</param>
/// <param name="Epsilon">The largest change, pixels on the scale 0 to 1.</param>
public sealed record SquareSearch(AttackNorm Norm, double Epsilon)
{
    private const double FirstShare = 0.3;                                         // of the image that the first squares cover
    private const int Halvings = 5;

    /// <summary>Questions to the classifier an image.</summary>
    public int Queries { get; init; } = 200;

    /// <summary>Attacks images; parameters and result as <see cref="Attack.Perturb"/>, gradients not needed.</summary>
    public Tensor Perturb(Func<Tensor, Tensor> classify, Tensor pixels, Tensor labels, Draw draw)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var ball = new Attack(Norm, Epsilon);
        var (place, margin) = (pixels.clone(), Margin(classify(pixels), labels));  // [B, C, H, W], [B, 1, 1, 1]
        for (var query = 0; query < Queries; query++)
        {
            using var inner = NewDisposeScope();
            var share = FirstShare / (1 << query * Halvings / Queries);
            var tried = ball.Projected(pixels, Changed(pixels, place, draw, query, share));
            var now = Margin(classify(tried), labels);
            var better = now.lt(margin).logical_and(margin.gt(0));                 // fooled images stay as they are
            place.copy_(where(better, tried, place));
            margin.copy_(where(better, now, margin));
        }
        return place.MoveToOuterDisposeScope();
    }

    // l∞: every channel of the square at ± ε from the image; l2: moved by as much, then scaled back
    private Tensor Changed(Tensor pixels, Tensor place, Draw draw, int query, double share)
    {
        var (B, C, H, W) = ((int)pixels.size(0), (int)pixels.size(1), (int)pixels.size(2), (int)pixels.size(3));
        var side = Math.Max(1, (int)Math.Round(Math.Sqrt(share * H * W)));
        side = Math.Min(side, Math.Min(H, W));
        var u = draw.Uniform(Purpose.Attack, 2 + C, ushort.MaxValue - query);      // not those of a gradient attack's starts
        var (inside, change) = (new bool[B * H * W], new float[B * C]);
        var step = Norm == AttackNorm.LInfinity ? Epsilon : Epsilon / Math.Sqrt(side * side * C);
        for (var b = 0; b < B; b++)
        {
            var (top, left) = ((int)(u[b * (2 + C)] * (H - side + 1)), (int)(u[b * (2 + C) + 1] * (W - side + 1)));
            for (var y = top; y < top + side; y++) inside.AsSpan((b * H + y) * W + left, side).Fill(true);
            for (var c = 0; c < C; c++) change[b * C + c] = (float)(u[b * (2 + C) + 2 + c] < 0.5f ? -step : step);
        }
        var from = Norm == AttackNorm.LInfinity ? pixels : place;
        return where(tensor(inside, [B, 1, H, W]), from + tensor(change, [B, C, 1, 1]), place);
    }

    // the right class's logit over the best other: negative where the classifier errs
    private static Tensor Margin(Tensor logits, Tensor labels)
    {
        var right = logits.gather(1, labels.unsqueeze(1));
        var other = logits.scatter(1, labels.unsqueeze(1), full_like(right, float.NegativeInfinity)).amax([1L], keepdim: true);
        return (right - other).reshape(-1, 1, 1, 1);
    }
}
