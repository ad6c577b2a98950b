using System.Diagnostics;
using MimKit.Data;
using MimKit.Metrics;
using MimKit.Runtime;
using static System.FormattableString;

namespace MimKit.Evaluation;

/// <summary>How a classifier is attacked. ε counts in levels of 255.</summary>
public sealed record AdversarialPlan
{
    public AttackNorm Norm { get; init; } = AttackNorm.LInfinity;

    /// <summary>Largest changes, growing, in levels of 255: of a channel (l∞), or of an image's Euclidean length (l2).</summary>
    public IReadOnlyList<double> Epsilons { get; init; } = [1, 2, 4, 8, 16, 32];
    public int Steps { get; init; } = 20;
    public int Restarts { get; init; } = 2;

    /// <summary>Images that are attacked: the first of the set.</summary>
    public int Images { get; init; } = 500;

    /// <summary>The numbers of steps that the first check compares.</summary>
    public IReadOnlyList<int> StepsCompared { get; init; } = [1, 5, 20, 50];

    /// <summary>Questions an image that the black-box check may ask.</summary>
    public int Queries { get; init; } = 200;
    public ulong Seed { get; init; }

    public static AdversarialPlan LInfinity { get; } = new();
    public static AdversarialPlan L2 { get; } = new() { Norm = AttackNorm.L2, Epsilons = [32, 64, 128, 255, 510, 1020] };
}

/// <summary>One of the signs by which a hidden gradient betrays itself (Athalye et al., ICML 2018, arXiv 1802.00420; Carlini et al., 2019, arXiv 1902.06705).</summary>
/// <param name="What">What must hold.</param>
/// <param name="Found">The numbers.</param>
/// <param name="Passed">Whether it holds.</param>
public sealed record MaskingCheck(string What, string Found, bool Passed);

/// <summary>Accuracy under attack, ε by ε, and whether it can be believed. Shows itself as two tables; <c>Chart.Adversarial</c> draws the curve.</summary>
/// <param name="Model">The classifier.</param>
/// <param name="Plan">How it was attacked.</param>
/// <param name="Clean">Without attack.</param>
/// <param name="Fgsm">One step, an ε each.</param>
/// <param name="Pgd">All steps and starts, an ε each.</param>
/// <param name="Checks">Signs of a hidden gradient.</param>
public sealed record AdversarialCurve(string Model, AdversarialPlan Plan, Evaluated Clean, IReadOnlyList<Evaluated> Fgsm, IReadOnlyList<Evaluated> Pgd, IReadOnlyList<MaskingCheck> Checks)
{
    /// <summary>Whether every check holds: otherwise the accuracies are too high to be believed.</summary>
    public bool IsBelievable => Checks.All(check => check.Passed);

    /// <summary>A row an ε.</summary>
    public MetricTable Table() => new($"{Model} under attack", ["ε / 255", "FGSM", $"PGD-{Plan.Steps}"],
        [["0", Clean.Accuracy, Clean.Accuracy], .. Plan.Epsilons.Select((epsilon, i) => new object?[] { Invariant($"{epsilon:G4}"), Fgsm[i].Accuracy, Pgd[i].Accuracy })],
        Invariant($"Accuracy on {Clean.Source}, {Clean.Correct.Length:N0} images, {(Plan.Norm == AttackNorm.LInfinity ? "l∞" : "l2")}, {Plan.Restarts} random starts, seed {Plan.Seed}. ") +
        (IsBelievable ? "No sign of a hidden gradient." : "Signs of a hidden gradient: these accuracies are too high to be believed."));

    /// <summary>A row a check.</summary>
    public MetricTable ChecksTable() => new("Is a gradient hidden?", ["what must hold", "found", "holds"], [.. Checks.Select(check => new object?[] { check.What, check.Found, check.Passed ? "yes" : "NO" })], "Intervals are 95 % of the paired difference.");

    /// <summary>Both tables.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle()
    {
        var (table, checks) = (Table().MimeBundle(), ChecksTable().MimeBundle());
        return new Dictionary<string, object>(table) { ["text/html"] = $"{table["text/html"]}{checks["text/html"]}", ["text/plain"] = ToString() };
    }

    public override string ToString() => $"{Table()}\n{ChecksTable()}";
}

/// <summary>Measures a classifier under attack.</summary>
public static class Adversarial
{
    private const int BatchSize = 100;
    private const double Levels = 255;

    /// <summary>Attacks the first images of a set at every ε, and checks that the result can be believed.</summary>
    /// <param name="classifier">lets gradients through</param>
    /// <param name="set">labelled images</param>
    /// <param name="plan">l∞ by default</param>
    /// <exception cref="ArgumentException">The classifier lets no gradient through, or the ε do not grow.</exception>
    public static AdversarialCurve Measure(Classifier classifier, ImageSet set, AdversarialPlan? plan = null)
    {
        plan ??= AdversarialPlan.LInfinity;
        if (plan.Epsilons.Count == 0 || plan.Epsilons[0] <= 0 || plan.Epsilons.Zip(plan.Epsilons.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException($"Epsilons are {string.Join(", ", plan.Epsilons)}; give them growing, above 0.");
        var images = set.Take(Math.Min(plan.Images, set.Count));
        Evaluated Under(string measure, Func<Func<Tensor, Tensor>, Tensor, Tensor, Draw, Tensor> perturb) => Attacked(classifier, images, plan.Seed, measure, perturb);
        Evaluated By(Attack attack) => Under($"{attack}", attack.Perturb);

        var clean = Under("no attack", (_, pixels, _, _) => pixels);
        var fgsm = plan.Epsilons.Select(epsilon => By(Attack.Fgsm(plan.Norm, epsilon / Levels))).ToList();
        var pgd = plan.Epsilons.Select(epsilon => By(Full(plan, epsilon))).ToList();
        var telling = pgd.Index().MinBy(one => Math.Abs(one.Item.Accuracy - clean.Accuracy / 2)).Index;      // where there is room both ways
        return new(classifier.Name, plan, clean, fgsm, pgd,
        [
            MoreSteps(plan, plan.Epsilons[telling], By), Unbounded(plan, images, By),
            BlackBox(plan.Epsilons[telling], pgd[telling], Under("squares", new SquareSearch(plan.Norm, plan.Epsilons[telling] / Levels) { Queries = plan.Queries }.Perturb)),
        ]);
    }

    private static Attack Full(AdversarialPlan plan, double epsilon) => new(plan.Norm, epsilon / Levels) { Steps = plan.Steps, Restarts = plan.Restarts };

    private static MaskingCheck MoreSteps(AdversarialPlan plan, double epsilon, Func<Attack, Evaluated> read)
    {
        var reads = plan.StepsCompared.Select(steps => read(Full(plan, epsilon) with { Steps = steps, Restarts = 1 })).ToList();
        var worse = reads.Zip(reads.Skip(1), (fewer, more) => PairedDifference.Of(more.Correct, fewer.Correct)).Any(difference => difference.Verdict == Verdict.Supported);
        return new(Invariant($"more steps never leave more accuracy (ε {epsilon:G4})"), string.Join(", ", plan.StepsCompared.Zip(reads, (steps, one) => Invariant($"{steps}: {one.Accuracy:F3}"))), !worse);
    }

    private static MaskingCheck Unbounded(AdversarialPlan plan, ImageSet images, Func<Attack, Evaluated> read)
    {
        var everything = plan.Norm == AttackNorm.LInfinity ? Levels : Levels * Math.Sqrt(images.ImageBytes);
        var left = read(Full(plan, everything));
        return new("with any change allowed nothing is left", Invariant($"{left.Accuracy:F3} left at ε {everything:G4}"), left.Accuracy == 0);
    }

    private static MaskingCheck BlackBox(double epsilon, Evaluated white, Evaluated black)
    {
        var difference = PairedDifference.Of(white.Correct, black.Correct);
        return new(Invariant($"an attack without gradients is no stronger (ε {epsilon:G4})"),
            Invariant($"squares leave {black.Accuracy:F3}, gradients {white.Accuracy:F3}; {100 * difference.Difference:+0.0;-0.0;0.0} points [{100 * difference.Low:+0.0;-0.0;0.0}, {100 * difference.High:+0.0;-0.0;0.0}]"), difference.Verdict != Verdict.Supported);
    }

    private static Evaluated Attacked(Classifier classifier, ImageSet images, ulong seed, string measure, Func<Func<Tensor, Tensor>, Tensor, Tensor, Draw, Tensor> perturb)
    {
        using var off = no_grad();
        var (start, correct) = (Stopwatch.GetTimestamp(), new bool[images.Count]);
        foreach (var places in Enumerable.Range(0, images.Count).Select(place => (long)place).Chunk(BatchSize))
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = Batch.Of(images, places);
            var pixels = InputScale.ZeroToOne.From(batch.Images, InputScale.Of(images.Manifest), images.Channels);
            var changed = perturb(classifier.OfPixels, pixels.clamp(0, 1), batch.Labels, new Draw(seed, 0, places));
            Classifier.Right(classifier.OfPixels(changed), batch.Labels).CopyTo(correct, places[0]);
        }
        return new(measure, $"{images.Name} {images.Split}", correct, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
