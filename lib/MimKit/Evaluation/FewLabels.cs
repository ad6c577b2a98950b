using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Evaluation;

/// <summary>What representations are worth where few images have labels.</summary>
/// <param name="Name">Of the features.</param>
/// <param name="IsControl">Whether they are something to beat.</param>
/// <param name="Setting">"1 % of labels", "5-way 1-shot".</param>
/// <param name="Chosen">The pooling that val chose.</param>
/// <param name="Accuracies">One a draw of the labelled images, or one an episode; 0 to 1.</param>
/// <param name="Labels">Labelled images a draw.</param>
public sealed record FewLabelsRow(string Name, bool IsControl, string Setting, string Chosen, IReadOnlyList<double> Accuracies, int Labels)
{
    /// <summary>Over draws or episodes.</summary>
    public double Mean { get; } = Accuracies.Average();

    /// <summary>Standard deviation over draws or episodes; 0 for one.</summary>
    public double Deviation { get; } = Accuracies.Count < 2 ? 0 : Math.Sqrt(Accuracies.Sum(one => Math.Pow(one - Accuracies.Average(), 2)) / (Accuracies.Count - 1));
}

/// <summary>Protocols with few labels, on frozen features: shares of the training labels, and episodes of a few images a class.</summary>
public static class FewLabels
{
    private const int ValPerLabel = 1;                                             // labelled images of val for one of train: choosing wants labels too

    /// <summary>
    /// Logistic regression on a share of train's labels, the same images for every representation: drawn class by class, at least one each. Pooling and penalty are chosen on as many images of val,
    /// drawn likewise; all of test is read.
    /// </summary>
    /// <param name="subject">What is evaluated.</param>
    /// <param name="share">Of the labels, in (0, 1]: 0.01, 0.1.</param>
    /// <param name="draws">Of the labelled images.</param>
    public static IReadOnlyList<FewLabelsRow> Share(EvaluationSubject subject, double share, int draws = 3)
    {
        if (!(share > 0 && share <= 1)) throw new ArgumentException($"The share of labels is {share}; it lies in (0, 1].");
        var setting = FormattableString.Invariant($"{100 * share:0.##} % of labels");
        return [.. Rows(subject).Select(row =>
        {
            var (accuracies, chosen, count) = (new List<double>(), new List<string>(), 0);
            for (var draw = 0; draw < draws; draw++)
            {
                using var scope = NewDisposeScope();
                var places = PerClass(subject.Train.Labels, label => Math.Max(1, (int)Math.Round(share * label)), subject.Seed, draw);
                var tuning = PerClass(subject.Val.Labels, label => Math.Max(1, ValPerLabel * (int)Math.Round((double)places.Length * label / subject.Val.Count)), subject.Seed, draws + draw);
                var tried = row.Select(of => (Of: of, Probe: LinearProbe.Choose(At(subject.Features(of, subject.Train), places), At(subject.Features(of, subject.Val), tuning), Plan))).ToList();
                var (best, probe) = tried.MaxBy(choice => choice.Probe.BestVal);
                accuracies.Add(probe.Read(subject.Features(best, subject.Test($"{setting}, draw {draw + 1}: {best}"))).Accuracy);
                chosen.Add(best.Detail);
                count = places.Length;
                foreach (var choice in tried) choice.Probe.Dispose();
            }
            return new FewLabelsRow(row[0].Name, row[0].IsControl, setting, string.Join(", ", chosen.Distinct().Where(detail => detail.Length > 0)), accuracies, count);
        })];
    }

    /// <summary>
    /// Episodes (Snell et al., 2017): some classes are drawn, some images of each are shown, others are classified by the nearest mean of what was shown, by cosine. Images come from test; the pooling is chosen by
    /// as many episodes on val. Every representation meets the same episodes.
    /// </summary>
    /// <param name="subject">What is evaluated.</param>
    /// <param name="shots">Images of a class that are shown.</param>
    /// <param name="ways">Classes of an episode; at most those that have enough images.</param>
    /// <param name="episodes">How many.</param>
    /// <param name="queries">Images of a class that are asked.</param>
    /// <exception cref="ArgumentException">Fewer than two classes have enough images.</exception>
    public static IReadOnlyList<FewLabelsRow> Shots(EvaluationSubject subject, int shots, int ways = 5, int episodes = 200, int queries = 15)
    {
        var possible = subject.Val.Labels.CountBy(label => label).Count(label => label.Value > shots);
        var setting = $"{Math.Min(ways, possible)}-way {shots}-shot";
        return [.. Rows(subject).Select(row =>
        {
            var best = row.MaxBy(of => Episodes(subject.Features(of, subject.Val), shots, ways, episodes, queries, subject.Seed + 1).Average())!;
            var accuracies = Episodes(subject.Features(best, subject.Test($"{setting}: {best}")), shots, ways, episodes, queries, subject.Seed);
            return new FewLabelsRow(best.Name, best.IsControl, setting, best.Detail, accuracies, shots * Math.Min(ways, possible));
        })];
    }

    private static readonly ProbePlan Plan = new() { Refit = false };

    private static IEnumerable<IReadOnlyList<Representation>> Rows(EvaluationSubject subject) =>
        subject.Controls.Concat(subject.Own).GroupBy(of => (of.Name, of.IsControl)).Select(row => (IReadOnlyList<Representation>)[.. row]);

    // places of some images of every class, drawn by the seed: in an order of their own that every representation shares
    private static long[] PerClass(int[] labels, Func<int, int> wanted, ulong seed, int draw) =>
        [.. Draw.Order(seed, draw, labels.Length).GroupBy(place => labels[place]).SelectMany(label => label.ToArray() is var places ? places.Take(wanted(places.Length)) : []).Order()];

    private static FeatureSet At(FeatureSet set, long[] places) => new(set.X.index_select(0, tensor(places)), [.. places.Select(place => set.Labels[place])], set.Source);

    private static IReadOnlyList<double> Episodes(FeatureSet set, int shots, int ways, int episodes, int queries, ulong seed)
    {
        var classes = set.Labels.Select((label, place) => (label, place)).GroupBy(one => one.label, one => one.place).Select(label => label.ToArray()).Where(places => places.Length > shots).ToList();
        if (classes.Count < 2) throw new ArgumentException($"{set.Source}: {classes.Count} class(es) have more than {shots} images, and an episode needs two. Take more images or fewer shots.");
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var unit = set.Checked().X / set.X.norm(1, keepdim: true).clamp(min: 1e-12);
        var accuracies = new double[episodes];
        for (var episode = 0; episode < episodes; episode++)
        {
            using var inner = NewDisposeScope();
            var (right, asked) = (0, 0);
            var chosen = Draw.Order(seed, 2 * episode, classes.Count).Take(Math.Min(ways, classes.Count)).Select(which => classes[(int)which])
                .Select(places => Draw.Order(seed, 2 * episode + 1, places.Length).Take(shots + queries).Select(at => (long)places[at]).ToArray()).ToList();
            var means = stack(chosen.Select(places => unit.index_select(0, tensor(places[..shots])).mean([0])));             // [ways, D]
            means = means / means.norm(1, keepdim: true).clamp(min: 1e-12);
            foreach (var (places, way) in chosen.Select((places, way) => (places[shots..], way)))
            {
                right += unit.index_select(0, tensor(places)).matmul(means.t()).argmax(1).ToArray<long>().Count(said => said == way);
                asked += places.Length;
            }
            accuracies[episode] = right / (double)asked;
        }
        return accuracies;
    }
}
