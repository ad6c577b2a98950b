using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using static System.FormattableString;

namespace MimKit.Charts;

/// <summary>
/// The protocol "robust": how a linear classifier on the frozen features stands corruptions, missing and shuffled patches, and attacks, beside the same classifier on
/// raw pixels, which is also the reference of the corruption errors.
/// </summary>
internal static class RobustSection
{
    private const int CorruptedImages = 1000, AttackedImages = 200, Restarts = 2;

    public static Section Of(EvaluationSubject subject)
    {
        using var pixelProbe = Probe(subject, Representation.RawPixels);
        var (own, pooling) = Chosen(subject);
        using var ownProbe = own;
        var scale = InputScale.Of(subject.Train.Manifest);
        var model = new Classifier(subject.Name, images => ownProbe.Logits(Representation.Pool(subject.Encoder.Tokens(images), pooling)), scale);
        var pixels = new Classifier(Representation.RawPixels.Name, images => pixelProbe.Logits(InputScale.ZeroToOne.From(images, scale, (int)images.size(1)).flatten(1)), scale);

        var (reference, errors) = (Corrupted(pixels), Corrupted(model));
        var comparison = errors.Against(reference);
        var patch = subject.Encoder.Config.PatchSize;
        var (occluded, shuffled) = (Disturbed("random patches taken away", set => PatchRobustness.Occlusion(pixels, set, patch), set => PatchRobustness.Occlusion(model, set, patch)),
            Disturbed("squares shuffled", set => PatchRobustness.Shuffle(pixels, set), set => PatchRobustness.Shuffle(model, set)));
        var attacks = new[] { AdversarialPlan.LInfinity, AdversarialPlan.L2 }.Select(plan => Attacked(plan with { Images = AttackedImages, Restarts = Restarts, Seed = subject.Seed })).ToList();

        return new(Invariant($"Under corruptions mCE {comparison.MeanCorruptionError:F3} relative to raw pixels (1: as bad as they). {Believed(attacks[0][1])}"),
            new Dictionary<string, double>
            {
                ["mCE, relative to raw pixels"] = comparison.MeanCorruptionError, ["relative mCE"] = comparison.RelativeMeanCorruptionError,
                ["clean accuracy"] = 1 - errors.Clean, ["accuracy under corruptions"] = 1 - errors.Mean, ["accuracy under corruptions, raw pixels"] = 1 - reference.Mean,
                ["half of the patches taken"] = occluded[1].Reads[occluded[1].Strength.ToList().IndexOf(0.5)].Accuracy,
            }.Concat(attacks.SelectMany(pair => pair[1].Plan.Epsilons.Zip(pair[1].Pgd, (epsilon, read) => KeyValuePair.Create(Invariant($"PGD-{pair[1].Plan.Steps}, {pair[1].Plan.Norm}, {epsilon:G4} / 255"), read.Accuracy)))).ToDictionary(),
            [comparison.MimeBundle(), Chart.CorruptionError(reference, errors).MimeBundle(), errors.MimeBundle(), Chart.Disturbance(occluded).MimeBundle(), Chart.Disturbance(shuffled).MimeBundle(),
             .. attacks.SelectMany(pair => new[] { Chart.Adversarial(pair).MimeBundle(), pair[1].Table().MimeBundle(), pair[1].ChecksTable().MimeBundle() })]);

        CorruptionErrors Corrupted(Classifier classifier) => CorruptionErrors.Measure(classifier, First(subject.Test($"{Corruptions.All.Count} corruptions at {Corruptions.Severities} severities: {classifier.Name}"), CorruptedImages), seed: subject.Seed);
        DisturbanceCurve[] Disturbed(string what, params Func<ImageSet, DisturbanceCurve>[] measures) => [.. measures.Select(measure => measure(First(subject.Test(what), CorruptedImages)))];
        AdversarialCurve[] Attacked(AdversarialPlan plan) => [.. new[] { pixels, model }.Select(classifier => Adversarial.Measure(classifier, subject.Test($"{plan.Norm} attacks: {classifier.Name}"), plan))];
    }

    private static ImageSet First(ImageSet set, int images) => set.Take(Math.Min(images, set.Count));

    private static FittedProbe Probe(EvaluationSubject subject, Representation of) => LinearProbe.Choose(subject.Features(of, subject.Train), subject.Features(of, subject.Val));

    private static (FittedProbe Probe, Pooling Pooling) Chosen(EvaluationSubject subject)
    {
        var tried = subject.Own.Zip([Pooling.MeanPatches, Pooling.ClassToken], (of, pooling) => (Probe: Probe(subject, of), Pooling: pooling)).ToList();
        var best = tried.MaxBy(one => one.Probe.BestVal);
        foreach (var other in tried.Where(one => one != best)) other.Probe.Dispose();
        return best;
    }

    private static string Believed(AdversarialCurve curve) => Invariant($"Under PGD-{curve.Plan.Steps} at ε {curve.Plan.Epsilons[2]:G4} / 255 {100 * curve.Pgd[2].Accuracy:F1} % of {100 * curve.Clean.Accuracy:F1} % are left; ")
        + (curve.IsBelievable ? "no sign of a hidden gradient." : "there are signs of a hidden gradient, so that this is too high to be believed.");
}
