using MimKit.Evaluation;
using MimKit.Metrics;
using static System.FormattableString;

namespace MimKit.Charts;

/// <summary>Linear classifiers on frozen features: a quick one by L-BFGS, and the papers' own.</summary>
internal static class LinearSection
{
    public static Section Of(EvaluationSubject subject)
    {
        var logistic = FrozenTable.Logistic(subject);
        var (mae, beit, grid) = (new List<HeadsResult>(), new List<HeadsResult>(), new List<HeadsResult>());
        foreach (var input in subject.Inputs)
        {
            using var data = new HeadData(input, subject);
            mae.Add(MaeProbeConfig.Mini28.Fit(data));
            beit.Add(BeitProbeConfig.Mini28.Fit(data));
            grid.Add(HeadGridConfig.Mini28.Fit(data));
        }
        var numbers = FrozenSections.Numbers("linear", logistic);
        foreach (var result in mae.Concat(beit).Concat(grid)) numbers[result.IsControl ? $"{result.Test.Measure}, {result.Name}" : result.Test.Measure] = result.Test.Accuracy;
        return new(FrozenSections.Answer("Logistic regression", logistic), numbers,
            FrozenTable.Table("Logistic regression (L-BFGS)", logistic, subject).MimeBundle(),
            FrozenSections.Bars("Logistic regression, test", logistic).MimeBundle(),
            Table("MAE's probe: batch normalisation, LARS", mae, Invariant($"{MaeProbeConfig.Mini28.Epochs} epochs or {MaeProbeConfig.Mini28.LeastSteps:N0} steps, batch {MaeProbeConfig.Mini28.BatchSize}, rate {MaeProbeConfig.Mini28.BaseLearningRate:G3} at batch 256")).MimeBundle(),
            Table("BEiT's probe: a head a block, AdamW", beit, Invariant($"{BeitProbeConfig.Mini28.Epochs} epochs or {BeitProbeConfig.Mini28.LeastSteps:N0} steps, batch {BeitProbeConfig.Mini28.BatchSize}, rate {BeitProbeConfig.Mini28.BaseLearningRate:G3} at batch 256")).MimeBundle(),
            Depth(beit).MimeBundle(),
            Table("A grid of heads: the one that val chose", grid, Invariant($"SGD, {HeadGridConfig.Mini28.Epochs} epochs or {HeadGridConfig.Mini28.LeastSteps:N0} steps, batch {HeadGridConfig.Mini28.BatchSize}")).MimeBundle(),
            Grid(grid[^1]).MimeBundle());
    }

    static MetricTable Table(string title, IReadOnlyList<HeadsResult> rows, string settings)
    {
        var pixels = rows.FirstOrDefault(row => row.Name == Representation.RawPixels.Name);
        return new(title, ["features", "chosen on val", "val, %", "test, %", "vs pixels, points"], [.. rows.Select(row => (object?[])
        [
            row.IsControl ? row.Name : $"{row.Name} (this model)", Invariant($"{row.Chosen.Input}{(row.Heads.Select(head => head.LearningRate).Distinct().Count() > 1 ? Invariant($", rate {row.Chosen.LearningRate:G3}") : "")}"),
            FrozenTable.Percent(row.Chosen.Val), FrozenTable.Percent(row.Test.Accuracy), pixels is null || row == pixels ? null : FrozenTable.Against(row.Test.Correct, pixels.Test.Correct),
        ])], $"{rows[0].Test.Source}, {rows[0].Test.Correct.Length:N0} images; {rows[^1].Heads.Count} head{(rows[^1].Heads.Count == 1 ? "" : "s")} trained at once; {settings}; images as they are");
    }

    // which block carries the classes
    static Figure Depth(IReadOnlyList<HeadsResult> rows) => Chart.Lines("What each block knows of the classes (BEiT's probe)", "block", "accuracy on val, %",
        [.. rows.Where(row => row.Heads.Count > 1).Select(row => new Series(row.Name, [.. Enumerable.Range(1, row.Heads.Count).Select(block => (double)block)], [.. row.Heads.Select(head => 100 * head.Val)]))],
        [.. rows.Where(row => row.Heads.Count == 1).Select(row => new Level(row.Name, 100 * row.Heads[0].Val))]);

    static Figure Grid(HeadsResult own)
    {
        var (inputs, rates) = (own.Heads.Select(head => head.Input).Distinct().ToList(), own.Heads.Select(head => head.LearningRate).Distinct().ToList());
        var values = new double[inputs.Count, rates.Count];
        foreach (var head in own.Heads) values[inputs.IndexOf(head.Input), rates.IndexOf(head.LearningRate)] = 100 * head.Val;
        return Chart.Heatmap($"Every head of the grid, {own.Name}", "learning rate at batch 256", "", "accuracy on val, %", values, inputs, [.. rates.Select(rate => Invariant($"{rate:G3}"))]);
    }
}
