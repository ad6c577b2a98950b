using MimKit.Evaluation;

namespace MimKit.Charts;

/// <summary>Nearest neighbours, and what tables of frozen features have in common.</summary>
internal static class FrozenSections
{
    public static Section Knn(EvaluationSubject subject)
    {
        var rows = FrozenTable.Knn(subject);
        return new(Answer("kNN", rows), Numbers("knn", rows),
            FrozenTable.Table("kNN on frozen features", rows, subject).MimeBundle(),
            Bars("kNN, test", rows).MimeBundle(),
            Chart.Lines("How many neighbours", "k", "accuracy on val, %", Curves(rows), logX: true).MimeBundle());
    }

    // the answer in a sentence: the model beside the best of its controls
    internal static string Answer(string measure, IReadOnlyList<FrozenRow> rows)
    {
        var (own, controls) = (rows.Last(row => !row.IsControl), rows.Where(row => row.IsControl).ToList());
        var said = FormattableString.Invariant($"{measure}: {100 * own.Test.Accuracy:F2} % on test ({own.Chosen}).");
        if (controls.MaxBy(row => row.Test.Accuracy) is not { } best) return said;
        var against = FrozenTable.Against(own.Test.Correct, best.Test.Correct);
        return FormattableString.Invariant($"{said} The best control, {best.Name}, reaches {100 * best.Test.Accuracy:F2} %: a difference of {against.Text} points.");
    }

    internal static Dictionary<string, double> Numbers(string name, IReadOnlyList<FrozenRow> rows) =>
        rows.ToDictionary(row => row.IsControl ? $"{name}, {row.Name}" : name, row => row.Test.Accuracy);

    internal static Figure Bars(string title, IReadOnlyList<FrozenRow> rows) =>
        Chart.Dots(title, "accuracy, %", [.. rows.Select(row => new Bar(row.Name, 100 * row.Test.Accuracy) { Group = row.IsControl ? "control" : "this model" })]);

    static List<Series> Curves(IReadOnlyList<FrozenRow> rows) =>
        [.. rows.SelectMany(row => row.Tried).GroupBy(choice => choice.Of).Select(of => new Series(of.Key, [.. of.Select(choice => choice.Setting)], [.. of.Select(choice => 100 * choice.Val)]))];
}
