namespace MimKit.Charts;

/// <summary>Chooses for each label of a scatter the side of its point on which it covers the fewest others; sizes are estimates.</summary>
internal static class LabelPlaces
{
    private const double Width = 760, Letter = 7.2, Line = 15, Dot = 7;
    private static readonly (string Side, double X, double Y)[] Sides =   // of the label's centre, in label widths and pixels
        [("top center", 0, 14), ("bottom center", 0, -14), ("middle right", 0.5, 0), ("middle left", -0.5, 0)];

    private readonly record struct Box(double X, double Y, double HalfWidth, double HalfHeight)
    {
        public bool Covers(Box other) => Math.Abs(X - other.X) < HalfWidth + other.HalfWidth && Math.Abs(Y - other.Y) < HalfHeight + other.HalfHeight;
    }

    /// <summary>Plotly's text position of each point.</summary>
    public static IReadOnlyList<string> Choose(IReadOnlyList<(double X, double Y, string Label)> points)
    {
        var (x, y) = (Scale([.. points.Select(p => p.X)], Width), Scale([.. points.Select(p => p.Y)], Theme.PlotHeight));
        var taken = points.Select((_, i) => new Box(x[i], y[i], Dot, Dot)).ToList();
        var chosen = new string[points.Count];
        for (var i = 0; i < points.Count; i++)
        {
            var width = points[i].Label.Length * Letter;
            var boxes = Sides.Select(side => new Box(x[i] + side.X * (width + 4 * Dot), y[i] + side.Y, width / 2, Line / 2)).ToList();
            var best = Enumerable.Range(0, Sides.Length).MinBy(side => taken.Where((_, j) => j != i).Count(boxes[side].Covers));
            chosen[i] = Sides[best].Side;
            if (width > 0) taken.Add(boxes[best]);
        }
        return chosen;
    }

    private static double[] Scale(IReadOnlyList<double> values, double pixels)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var (low, span) = (finite.Min(), finite.Max() - finite.Min());
        return [.. values.Select(value => span > 0 ? (value - low) / span * pixels * 0.9 : 0)];
    }
}
