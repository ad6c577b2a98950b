using MimKit.Evaluation;

namespace MimKit.Charts;

public static partial class Chart
{
    /// <summary>Accuracy against ε: a curve an attack; several models beside each other.</summary>
    /// <param name="curves">of one norm</param>
    /// <exception cref="ArgumentException">No curve, or of different norms.</exception>
    public static Figure Adversarial(params IReadOnlyList<AdversarialCurve> curves)
    {
        if (curves.Select(curve => curve.Plan.Norm).Distinct().Count() != 1) throw new ArgumentException("Curves in one chart are of one norm, whose ε they share.");
        IReadOnlyList<double> At(AdversarialCurve curve) => [0, .. curve.Plan.Epsilons];
        var first = curves[0];
        var doubtful = curves.Where(curve => !curve.IsBelievable).Select(curve => curve.Model).ToList();
        return Lines("Accuracy under attack", $"{(first.Plan.Norm == AttackNorm.LInfinity ? "l∞" : "l2")} ε / levels of 255", "accuracy",
            [.. curves.SelectMany(curve => new[]
            {
                new Series($"{curve.Model}, PGD-{curve.Plan.Steps}", At(curve), [curve.Clean.Accuracy, .. curve.Pgd.Select(read => read.Accuracy)]),
                new Series($"{curve.Model}, FGSM", At(curve), [curve.Clean.Accuracy, .. curve.Fgsm.Select(read => read.Accuracy)]),
            })])
            .Caption(first.Clean.Source, $"{first.Clean.Correct.Length:N0} images", $"{first.Plan.Restarts} starts", doubtful.Count > 0 ? $"not to be believed: {string.Join(", ", doubtful)}" : "");
    }

    /// <summary>Mean error of every corruption, model by model.</summary>
    public static Figure CorruptionError(params IReadOnlyList<CorruptionErrors> models) =>
        Dots("Error under corruptions", "top-1 error", [.. models[0].Families.Keys.SelectMany(family => models.Select(model => new Bar(family, model.Error(family)) { Group = model.Model }))])
            .Caption(models[0].Source);

    /// <summary>Accuracy along a disturbance, a curve a model.</summary>
    /// <param name="curves">of one disturbance</param>
    /// <exception cref="ArgumentException">No curve, or of different disturbances.</exception>
    public static Figure Disturbance(params IReadOnlyList<DisturbanceCurve> curves)
    {
        if (curves.Select(curve => curve.Axis).Distinct().Count() != 1) throw new ArgumentException("Curves in one chart are of one disturbance.");
        return Lines($"Accuracy with {curves[0].Disturbance}", curves[0].Axis, "accuracy", [.. curves.Select(curve => new Series(curve.Model, curve.Strength, [.. curve.Reads.Select(read => read.Accuracy)]))])
            .Caption(curves[0].Reads[0].Source);
    }
}
