using MimKit.Metrics;

namespace MimKit.Tests.Metrics;

// closed forms: METHODS 3.5; the four-view toy: METHODS 6.5
public class ViewGraphTests
{
    private static readonly int[] Labels = [0, 0, 1, 1];
    private static ViewGraph Identity() => new(new double[,] { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 } });

    [Theory]
    [InlineData(new[] { 0, 1, 2, 3 }, 0.0, 0.0, new[] { 1.0, 1, 1, 1 })]           // identity tokens
    [InlineData(new[] { 0, 0, 1, 1 }, 0.5, 0.0, new[] { 1.0, 1, 0, 0 })]           // class-wise
    [InlineData(new[] { 0, 1, 0, 1 }, 0.0, 0.5, new[] { 1.0, 1, 0, 0 })]           // one token for two views of different classes
    [InlineData(new[] { 0, 0, 0, 0 }, 0.25, 0.5, new[] { 1.0, 0, 0, 0 })]          // one token for all
    public void The_four_view_toy_has_its_known_masses_and_spectrum(int[] tokens, double intra, double inter, double[] eigenvalues)
    {
        var graph = Identity().Merge(tokens);
        var (a, within) = (graph.Augmentation(), 0.0);
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++)
                if (i != j && Labels[i] == Labels[j]) within += a[i, j];

        Assert.Equal(intra, within, 10);
        Assert.Equal(inter, graph.Read(Labels).InterClassMass, 10);
        foreach (var (wanted, found) in eigenvalues.Zip(graph.Spectrum().Values)) Assert.Equal(wanted, found, 8);
    }

    [Fact]
    public void Overlapping_classes_have_the_closed_form_weights()
    {
        const int n = 50, m = 10;
        var (graph, label) = ViewGraph.Toy(n, m);
        var (identity, classwise, one) = (graph.Augmentation(), graph.Merge(label).Augmentation(), graph.Merge(new int[graph.Hidden]).Augmentation());
        var (own, other) = (0, n - m);                                             // two views that belong to one class only

        Assert.Equal((2 * n - m) / (4 * Math.Pow(n, 3)), identity[own, own + 1], 12);
        Assert.Equal(m / (4 * Math.Pow(n, 3)), identity[own, other], 12);
        Assert.Equal((Math.Pow(n - m / 2, 2) + Math.Pow(m / 2, 2)) / (2 * Math.Pow(n, 4)), classwise[own, own + 1], 12);
        Assert.Equal(m * (n - m / 2) / (2 * Math.Pow(n, 4)), classwise[own, other], 12);
        Assert.Equal(1 / (4.0 * n * n), one[own, other], 12);
    }

    [Fact]
    public void At_two_percent_overlap_class_wise_tokens_mix_more_and_have_the_smaller_spectrum()
    {
        var (graph, label) = ViewGraph.Toy(100, 2);
        var (identity, classwise, one) = (graph.Read(label), graph.Merge(label).Read(label), graph.Merge(new int[graph.Hidden]).Read(label));

        Assert.Equal(1.922, identity.SquaredEigenvalues, 3);
        Assert.Equal(1.886, classwise.SquaredEigenvalues, 3);
        Assert.Equal(1, one.SquaredEigenvalues, 6);
        Assert.True(classwise.InterClassMass > identity.InterClassMass);           // the quantities do not move together
        Assert.InRange(Math.Round(100 * classwise.SpectralError, 9), 0, 2);        // at most the two in a hundred that overlap; which of equal eigenvectors one gets decides
        Assert.InRange(one.SpectralError, 0.4, 0.6);                               // one token tells nothing
    }

    [Fact]
    public void Pairs_are_counted_and_merging_keeps_the_visible_views()
    {
        var graph = ViewGraph.Of([(0, 0), (0, 1), (1, 1), (1, 1)]);
        Assert.Equal(0.5, graph[1, 1]);
        Assert.Equal((2, 1), (graph.Merge([0, 0]).Visible, graph.Merge([0, 0]).Hidden));
    }

    [Fact]
    public void Graphs_without_weight_and_labels_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ViewGraph(new double[2, 2]));
        Assert.Throws<ArgumentException>(() => ViewGraph.Of([]));
        Assert.Throws<ArgumentException>(() => Identity().Read([0, 1]));
        Assert.Throws<ArgumentException>(() => Identity().Merge([0]));
        Assert.Throws<ArgumentException>(() => new ViewGraph(new double[,] { { double.NaN } }));
    }
}
