using MimKit.Data;
using MimKit.Metrics;
using static System.FormattableString;

namespace MimKit.Evaluation;

/// <summary>Top-1 errors of a classifier under corruptions, family by family and severity by severity. Shows itself as a table; <c>Chart.CorruptionError</c> draws it.</summary>
/// <param name="Model">The classifier.</param>
/// <param name="Source">What was corrupted.</param>
/// <param name="Clean">Error without corruption, 0 to 1.</param>
/// <param name="Families">Errors of each family, severity 1 first; or one number, the mean of all.</param>
/// <param name="Seconds">What it took.</param>
public sealed record CorruptionErrors(string Model, string Source, double Clean, IReadOnlyDictionary<string, IReadOnlyList<double>> Families, double Seconds)
{
    /// <summary>
    /// AlexNet's mean errors on ImageNet-C, from which the published mCE are counted (Hendrycks and Dietterich, ICLR 2019; their repository
    /// hendrycks/robustness); its error on clean images is 43.5 %.
    /// </summary>
    public static CorruptionErrors AlexNet { get; } = new("AlexNet", "imagenet-c", 0.435, new Dictionary<string, IReadOnlyList<double>>
    {
        ["gaussian_noise"] = [0.886428], ["shot_noise"] = [0.894468], ["impulse_noise"] = [0.922640], ["defocus_blur"] = [0.819880], ["glass_blur"] = [0.826268],
        ["motion_blur"] = [0.785948], ["zoom_blur"] = [0.798360], ["snow"] = [0.866816], ["frost"] = [0.826572], ["fog"] = [0.819324], ["brightness"] = [0.564592],
        ["contrast"] = [0.853204], ["elastic_transform"] = [0.646056], ["pixelate"] = [0.717840], ["jpeg_compression"] = [0.606500],
    }, 0);

    /// <summary>Corrupts a set in every family at every severity, and reads each.</summary>
    /// <param name="classifier">of the set's images</param>
    /// <param name="set">clean</param>
    /// <param name="families">null: all fifteen; frost is drawn here, so that a mean with it does not compare with published ones</param>
    /// <param name="seed">of the corruptions</param>
    public static CorruptionErrors Measure(Classifier classifier, ImageSet set, IReadOnlyList<Corruption>? families = null, ulong seed = 0)
    {
        var (clean, seconds) = (classifier.Read(set, "clean"), 0.0);
        var errors = new Dictionary<string, IReadOnlyList<double>>();
        foreach (var family in families ?? Corruptions.All)
        {
            var reads = Enumerable.Range(1, Corruptions.Severities).Select(severity => classifier.Read(set.Corrupt(family, severity, seed), $"{family} {severity}")).ToList();
            errors[NameOf(family)] = [.. reads.Select(read => 1 - read.Accuracy)];
            seconds += reads.Sum(read => read.Seconds);
        }
        return new(classifier.Name, clean.Source, 1 - clean.Accuracy, errors, clean.Seconds + seconds);
    }

    /// <summary>A family as ImageNet-C's folders call it: "gaussian_noise".</summary>
    public static string NameOf(Corruption family) => Corruptions.NameOf(family);

    /// <summary>Mean error of a family.</summary>
    /// <exception cref="ArgumentException">It was not measured.</exception>
    public double Error(string family) => Families.TryGetValue(family, out var errors) ? errors.Average()
        : throw new ArgumentException($"{Model} was not measured under {family}; it was under: {string.Join(", ", Families.Keys)}.");

    /// <summary>Mean error over families.</summary>
    public double Mean => Families.Keys.Average(Error);

    /// <summary>Beside a reference classifier: corruption errors (CE) and their mean (mCE).</summary>
    public CorruptionComparison Against(CorruptionErrors reference) => new(this, reference);

    /// <summary>A row a family.</summary>
    public MetricTable Table() => new($"{Model} under corruptions", ["corruption", .. Enumerable.Range(1, Families.Values.Max(errors => errors.Count)).Select(severity => $"severity {severity}"), "mean error"],
        [.. Families.Select(family => (object?[])[family.Key, .. family.Value.Select(error => (object?)error), Error(family.Key)])],
        Invariant($"Top-1 error on {Source}; clean {Clean:F4}, mean of all families {Mean:F4}."));

    public IReadOnlyDictionary<string, object> MimeBundle() => Table().MimeBundle();
    public override string ToString() => $"{Table()}";
}

/// <summary>
/// Corruption errors relative to a reference (arXiv 1903.12261, section 3): CE is a family's error over the reference's, summed over severities;
/// relative CE counts what corruption adds to the clean error. Their means are mCE and relative mCE; 1 is the reference itself.
/// </summary>
/// <param name="Model">Measured.</param>
/// <param name="Reference">Measured in the same families.</param>
public sealed record CorruptionComparison(CorruptionErrors Model, CorruptionErrors Reference)
{
    /// <summary>mCE; NaN where the reference errs nowhere in a family.</summary>
    public double MeanCorruptionError => Model.Families.Keys.Average(CorruptionError);

    /// <summary>Relative mCE; NaN where corruption adds nothing to the reference's error.</summary>
    public double RelativeMeanCorruptionError => Model.Families.Keys.Average(RelativeCorruptionError);

    /// <summary>CE of a family.</summary>
    public double CorruptionError(string family) => Ratio(Model.Error(family), Reference.Error(family));

    /// <summary>Relative CE of a family.</summary>
    public double RelativeCorruptionError(string family) => Ratio(Model.Error(family) - Model.Clean, Reference.Error(family) - Reference.Clean);

    /// <summary>A row a family.</summary>
    public MetricTable Table() => new($"{Model.Model} relative to {Reference.Model}", ["corruption", $"error, {Model.Model}", $"error, {Reference.Model}", "CE", "relative CE"],
        [.. Model.Families.Keys.Select(family => new object?[] { family, Model.Error(family), Reference.Error(family), CorruptionError(family), RelativeCorruptionError(family) }),
         ["mean", Model.Mean, Model.Families.Keys.Average(Reference.Error), MeanCorruptionError, RelativeMeanCorruptionError]],
        Invariant($"On {Model.Source}; 1 is {Reference.Model} ({Reference.Source}). mCE {MeanCorruptionError:F4}, relative mCE {RelativeMeanCorruptionError:F4}; clean errors {Model.Clean:F4} and {Reference.Clean:F4}."));

    public IReadOnlyDictionary<string, object> MimeBundle() => Table().MimeBundle();
    public override string ToString() => $"{Table()}";

    private static double Ratio(double own, double reference) => reference == 0 ? double.NaN : own / reference;
}
