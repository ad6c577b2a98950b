using System.Globalization;
using System.Net;
using System.Text;
using MimKit.Metrics;
using MimKit.Reports;

namespace MimKit.Ablations;

/// <summary>A dot and an interval a row, as SVG.</summary>
static class AblationSvg
{
    const int Row = 26, Label = 260, Plot = 420, Margin = 34;

    public static string Draw(Metric metric, IReadOnlyList<(string Name, double[] Seeds)> rows)
    {
        var drawn = rows.Select(row => (row.Name, SeedSummary.Of(row.Seeds).Mean, Half: row.Seeds.Length < 2 ? 0 : Half(row.Seeds))).ToList();
        var (low, high) = (drawn.Min(row => row.Mean - row.Half), drawn.Max(row => row.Mean + row.Half));
        var padding = high > low ? 0.05 * (high - low) : 1;
        (low, high) = (low - padding, high + padding);
        var height = rows.Count * Row + 2 * Margin;
        var svg = new StringBuilder(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Label + Plot + 20} {height}\" font-family=\"sans-serif\" font-size=\"12\">"));
        svg.Append(Invariant($"<title>{WebUtility.HtmlEncode($"{metric}, mean and 95 % interval over seeds")}</title><text x=\"{Label}\" y=\"18\">{WebUtility.HtmlEncode($"{metric}")}</text>"));
        foreach (var (row, i) in drawn.Select((row, i) => (row, i)))
        {
            var y = Margin + i * Row + Row / 2;
            svg.Append(Invariant($"<text x=\"{Label - 10}\" y=\"{y + 4}\" text-anchor=\"end\">{WebUtility.HtmlEncode(row.Name)}</text>"));
            svg.Append(Invariant($"<line x1=\"{X(row.Mean - row.Half):F1}\" x2=\"{X(row.Mean + row.Half):F1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#0072B2\" stroke-width=\"2\"/><circle cx=\"{X(row.Mean):F1}\" cy=\"{y}\" r=\"4\" fill=\"#0072B2\"/>"));
            svg.Append(Invariant($"<text x=\"{X(row.Mean):F1}\" y=\"{y - 7}\" text-anchor=\"middle\" font-size=\"10\">{row.Mean.ToString("F" + metric.Decimals, CultureInfo.InvariantCulture)}</text>"));
        }
        foreach (var end in new[] { low, (low + high) / 2, high })
            svg.Append(Invariant($"<text x=\"{X(end):F1}\" y=\"{height - 10}\" text-anchor=\"middle\" fill=\"#666\">{end.ToString("G4", CultureInfo.InvariantCulture)}</text>"));
        return svg.Append("</svg>").ToString();

        double X(double value) => Label + (value - low) / (high - low) * Plot;
        static double Half(double[] seeds) => SeedDifference.Of(seeds) is var interval ? interval.High - interval.Mean : 0;
        static string Invariant(FormattableString text) => FormattableString.Invariant(text);
    }
}
