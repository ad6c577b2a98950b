using MimKit.Evaluation;

namespace MimKit.Charts;

/// <summary>One question asked of a model: a flag of <c>mimkit evaluate</c>, a section of its page, a member of <c>evaluation.json</c>.</summary>
/// <param name="Name">The flag, without dashes: "knn".</param>
/// <param name="Title">Above the section.</param>
/// <param name="About">One line of help.</param>
/// <param name="Run">Measures. Choices are made on <see cref="EvaluationSubject.Val"/>; test comes from <see cref="EvaluationSubject.Test"/>, once a table cell.</param>
public sealed record Protocol(string Name, string Title, string About, Func<EvaluationSubject, Section> Run)
{
    /// <summary>Every protocol, in the order of the page. A new one is a line here and a file beside this one.</summary>
    public static IReadOnlyList<Protocol> All { get; } =
    [
        new("knn", "Nearest neighbours", "Weighted kNN on frozen features; k and pooling chosen on val.", FrozenSections.Knn),
        new("linear", "Linear probes", "Linear classifiers on frozen features: L-BFGS, MAE's (LARS), BEiT's (a head a block), a grid of heads.", LinearSection.Of),
        new("finetune", "Fine-tuning", "The whole network, beside the same network from scratch: accuracy, calibration, confusions, worst mistakes.", FineTuneSection.Of),
        new("transfer", "Few labels and other data", "1 % and 10 % of the labels, few-shot episodes, and further data sets (--to NAME).", TransferSection.Of),
        new("segment", "Semantic segmentation", "A linear head on frozen patches, and UPerNet trained with the encoder.", SegmentSection.Of),
        new("robust", "Robustness", "Corruptions, missing and shuffled patches, and attacks, through a linear classifier on frozen features.", RobustSection.Of),
        new("views", "What the representation looks like", "Attention, patches as colours, t-SNE and UMAP, layers beside layers, dimensions in use; of val.", ViewsSection.Run),
    ];

    /// <summary>Those of the given names, in the order of <see cref="All"/>; all where none is given.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the message lists those there are.</exception>
    public static IReadOnlyList<Protocol> Named(params IReadOnlyCollection<string> names)
    {
        if (names.FirstOrDefault(name => All.All(protocol => protocol.Name != name)) is { } unknown)
            throw new ArgumentException($"There is no protocol '{unknown}'; there are: {string.Join(", ", All.Select(protocol => protocol.Name))}.");
        return names.Count == 0 ? All : [.. All.Where(protocol => names.Contains(protocol.Name))];
    }
}

/// <summary>What a protocol found.</summary>
/// <param name="Summary">One or two sentences: the answer.</param>
/// <param name="Numbers">The answer's numbers by name, for <c>evaluation.json</c>; shares from 0 to 1.</param>
/// <param name="Parts">What is shown below the summary, in order: each what a display object's <c>MimeBundle()</c> gives.</param>
public sealed record Section(string Summary, IReadOnlyDictionary<string, double> Numbers, params IReadOnlyList<IReadOnlyDictionary<string, object>> Parts);
