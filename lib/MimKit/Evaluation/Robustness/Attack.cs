using MimKit.Runtime;
using static System.FormattableString;

namespace MimKit.Evaluation;

/// <summary>How the size of a perturbation is measured.</summary>
public enum AttackNorm
{
    /// <summary>The largest change of a pixel's channel.</summary>
    LInfinity,
    /// <summary>The Euclidean length of all changes of an image.</summary>
    L2,
}

/// <summary>
/// Looks for a small change of an image's pixels that makes a classifier err: projected gradient ascent on the cross-entropy (PGD; Madry et al.,
/// ICLR 2018, arXiv 1706.06083), of which one step from the image itself is FGSM (Goodfellow et al., ICLR 2015, arXiv 1412.6572). Pixels are on the scale
/// 0 to 1 and stay there. White-box: the classifier's gradient is used.
/// </summary>
/// <param name="Norm">Of the change.</param>
/// <param name="Epsilon">The largest change; 8 / 255.0 is usual for l∞ on photographs.</param>
public sealed record Attack(AttackNorm Norm, double Epsilon)
{
    public int Steps { get; init; } = 20;

    /// <summary>Length of a step; null: 2.5 ε / steps, with which every point of the ball can be reached.</summary>
    public double? StepSize { get; init; }

    /// <summary>How often the ascent begins again, from another random place in the ball; an image counts as fooled if one of them fools it.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>False: begin at the image itself.</summary>
    public bool RandomStart { get; init; } = true;

    /// <summary>One step of length ε from the image along the gradient's sign (l2: along the gradient).</summary>
    public static Attack Fgsm(AttackNorm norm, double epsilon) => new(norm, epsilon) { Steps = 1, StepSize = epsilon, RandomStart = false };

    /// <summary>Twenty steps, from random places.</summary>
    public static Attack Pgd20(AttackNorm norm, double epsilon, int restarts = 2) => new(norm, epsilon) { Restarts = restarts };

    /// <summary>Attacks images.</summary>
    /// <param name="classify">pixels [B, C, H, W] on the scale 0 to 1 to logits [B, K], normalisation inside, gradients let through</param>
    /// <param name="pixels">[B, C, H, W] float32 on the scale 0 to 1</param>
    /// <param name="labels">[B] int64</param>
    /// <param name="draw">random numbers of these images</param>
    /// <returns>[B, C, H, W]: within ε of the images; a change that fools wherever one was found</returns>
    /// <exception cref="ArgumentException">The classifier lets no gradient through, or a number makes no sense.</exception>
    public Tensor Perturb(Func<Tensor, Tensor> classify, Tensor pixels, Tensor labels, Draw draw)
    {
        if (!(Epsilon >= 0) || Steps < 1 || Restarts < 1) throw new ArgumentException(Invariant($"Epsilon is {Epsilon}, Steps {Steps}, Restarts {Restarts}; wanted Epsilon >= 0, the others at least 1."));
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var result = pixels.clone();
        var standing = Places(Classifier.Right(classify(pixels), labels));         // images that are still classified rightly
        for (var restart = 0; restart < Restarts && standing.Length > 0; restart++)
        {
            using var inner = NewDisposeScope();
            var rows = tensor(standing);
            var (x, y) = (pixels.index_select(0, rows), labels.index_select(0, rows));
            var found = Climb(classify, x, y, RandomStart ? Start(x, draw with { Indices = [.. standing.Select(place => draw.Indices[place])] }, restart) : x);
            result.index_copy_(0, rows, found);
            standing = [.. Places(Classifier.Right(classify(found), y)).Select(i => standing[i])];
        }
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>The ascent: the last place, or the last one that fooled.</summary>
    private Tensor Climb(Func<Tensor, Tensor> classify, Tensor x, Tensor labels, Tensor start)
    {
        var (place, best, length) = (start, start, StepSize ?? 2.5 * Epsilon / Steps);
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();                                   // a step's graph dies here
            var (gradient, wrong) = Gradient(classify, place, labels);
            best = where(wrong, place, best).MoveToOuterDisposeScope();
            place = Projected(x, place + Direction(gradient) * length).MoveToOuterDisposeScope();
        }
        var fooled = classify(place).argmax(1).ne(labels).reshape(-1, 1, 1, 1);
        var before = classify(best).argmax(1).ne(labels).reshape(-1, 1, 1, 1);
        return where(fooled.logical_or(before.logical_not()), place, best);
    }

    private static (Tensor Gradient, Tensor Wrong) Gradient(Func<Tensor, Tensor> classify, Tensor place, Tensor labels)
    {
        using var on = enable_grad();
        var x = place.detach().requires_grad_();
        var logits = classify(x);
        if (!logits.requires_grad) throw new ArgumentException("The classifier lets no gradient through: it runs under no_grad, or its output does not depend on the pixels. An attack by gradients needs it; Method.Encode, for one, switches gradients off.");
        var loss = F.cross_entropy(logits, labels, reduction: nn.Reduction.Sum);
        return (autograd.grad([loss], [x])[0].detach(), logits.detach().argmax(1).ne(labels).reshape(-1, 1, 1, 1));
    }

    private Tensor Direction(Tensor gradient) => Norm == AttackNorm.LInfinity ? gradient.sign() : gradient / Length(gradient).clamp_min(1e-12);

    /// <summary>The nearest place within ε of the image and within the pixels' range.</summary>
    internal Tensor Projected(Tensor x, Tensor place)
    {
        var change = place - x;
        change = Norm == AttackNorm.LInfinity ? change.clamp(-Epsilon, Epsilon) : change * (Epsilon / Length(change).clamp_min(Math.Max(Epsilon, 1e-12))).clamp_max(1);
        return (x + change).clamp(0, 1);                                           // l2: clipping makes a change shorter, never longer
    }

    private Tensor Start(Tensor x, Draw draw, int restart)
    {
        var values = (int)(x.numel() / x.size(0));
        var noise = tensor(draw.Uniform(Purpose.Attack, values + 1, restart), [x.size(0), values + 1]);
        var way = noise.narrow(1, 0, values).mul(2).sub(1).reshape(x.shape);
        var reach = noise.narrow(1, values, 1).reshape(-1, 1, 1, 1);               // l2: a random share of ε
        return Projected(x, x + (Norm == AttackNorm.LInfinity ? way * Epsilon : way / Length(way) * reach * Epsilon));
    }

    private static Tensor Length(Tensor change) => change.square().sum([1L, 2L, 3L], keepdim: true).sqrt();
    private static long[] Places(bool[] right) => [.. right.Index().Where(one => one.Item).Select(one => (long)one.Index)];

    public override string ToString() => Invariant($"{(Steps == 1 && !RandomStart ? "FGSM" : $"PGD-{Steps}")}{(Restarts > 1 ? $", {Restarts} starts" : "")}, {(Norm == AttackNorm.LInfinity ? "l∞" : "l2")} {Epsilon:G4}");
}
