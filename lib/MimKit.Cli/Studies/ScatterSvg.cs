using System.Globalization;
using System.Net;
using System.Text;

namespace MimKit.Cli.Studies;

/// <summary>A labelled scatter plot as a picture that a Markdown page can show; reports and notebooks have Chart.Scatter.</summary>
static class ScatterSvg
{
    const int Width = 760, Height = 440, Left = 70, Right = 150, Top = 40, Bottom = 50, Ticks = 5;

    public static string Draw(string title, string x, string y, IReadOnlyList<(string Name, double X, double Y)> points)
    {
        var (fromX, toX) = Range(points.Select(point => point.X));
        var (fromY, toY) = Range(points.Select(point => point.Y));
        double Across(double value) => Left + (value - fromX) / (toX - fromX) * (Width - Left - Right);
        double Down(double value) => Height - Bottom - (value - fromY) / (toY - fromY) * (Height - Top - Bottom);

        var svg = new StringBuilder($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        svg.AppendLine(Words(Left, 22, title, "start", 14)).AppendLine(Words((Left + Width - Right) / 2.0, Height - 12, x)).AppendLine($"<g transform=\"rotate(-90 16 {Height / 2})\">{Words(16, Height / 2.0, y)}</g>");
        for (var tick = 0; tick <= Ticks; tick++)
        {
            var (atX, atY) = (fromX + (toX - fromX) * tick / Ticks, fromY + (toY - fromY) * tick / Ticks);
            svg.AppendLine(Line(Across(atX), Top, Across(atX), Height - Bottom)).AppendLine(Words(Across(atX), Height - Bottom + 16, atX.ToString("F2", CultureInfo.InvariantCulture)));
            svg.AppendLine(Line(Left, Down(atY), Width - Right, Down(atY))).AppendLine(Words(Left - 8, Down(atY) + 4, atY.ToString("F3", CultureInfo.InvariantCulture), "end"));
        }
        foreach (var (name, px, py) in points)
            svg.AppendLine(FormattableString.Invariant($"<circle cx=\"{Across(px):F1}\" cy=\"{Down(py):F1}\" r=\"4\" fill=\"#1f6feb\"/>")).AppendLine(Words(Across(px) + 7, Down(py) + 4, name, "start"));
        return svg.Append("</svg>\n").ToString();
    }

    static (double From, double To) Range(IEnumerable<double> values)
    {
        var (low, high) = (values.Min(), values.Max());
        var margin = high > low ? 0.06 * (high - low) : 0.5;
        return (low - margin, high + margin);
    }

    static string Words(double x, double y, string text, string anchor = "middle", int size = 11) =>
        FormattableString.Invariant($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{WebUtility.HtmlEncode(text)}</text>");

    static string Line(double x1, double y1, double x2, double y2) => FormattableString.Invariant($"<path d=\"M{x1:F1} {y1:F1}L{x2:F1} {y2:F1}\" stroke=\"#ddd\"/>");
}
