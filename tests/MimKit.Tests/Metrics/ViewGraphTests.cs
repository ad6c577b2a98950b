using MimKit.Data;
using MimKit.Metrics;
using MimKit.Models;
using static MimKit.Torch.torch;

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

    [Fact] // closed forms of any finite data set with one view an image: METHODS 3.5
    public void On_Fashion_MNIST_patches_the_three_quantities_are_those_of_their_tokenizers()
    {
        using var scope = NewDisposeScope();
        var val = Datasets.Open("fashion-mnist").Val.Take(300);
        var grid = new PatchGrid(7, 7, 4, 1);
        var shares = Enumerable.Range(0, 10).Select(label => val.Labels.Count(l => l == label) / 300.0).ToArray();
        GraphReading Read(Target tokenizer) => ViewGraph.OfImages(tokenizer, val, new RandomMasking(0.75)).Read(val.Labels);
        Clusters Of(int count) => new PixelClustering { Clusters = count, Epochs = 1 }.Fit(val, grid);

        using var single = Of(1);
        var one = Read(new ClusterTarget(single));
        Assert.Equal(1, one.SquaredEigenvalues, 6);                                // one token joins everything
        Assert.Equal(1 - shares.Sum(share => share * share), one.InterClassMass, 9);
        Assert.Equal(1 - shares.Max(), one.SpectralError, 6);

        var classes = new ViewGraph(Joint(300, 10, i => val.Labels[i])).Read(val.Labels);
        Assert.Equal(10, classes.SquaredEigenvalues, 6);                           // a component a class
        Assert.Equal(0, classes.InterClassMass, 9);
        Assert.Equal(0, classes.SpectralError, 9);

        var images = new ViewGraph(Joint(300, 300, i => i)).Read(val.Labels);
        Assert.Equal(300, images.SquaredEigenvalues, 5);                           // a component an image: nothing is joined, nothing learnt
        Assert.Equal(0, images.InterClassMass, 9);
        Assert.True(images.SpectralError > 0.8, $"{images}");

        using var fifty = Of(50);
        var pixels = Read(new ClusterTarget(fifty));
        Assert.InRange(pixels.SquaredEigenvalues, 1, 10);
        Assert.InRange(pixels.InterClassMass, 0.5, one.InterClassMass);
        Assert.True(pixels.SpectralError < one.SpectralError);
        Assert.Contains("read them separately", ViewGraph.Table([("one", one), ("pixels", pixels)]).ToString());

        static double[,] Joint(int visible, int hidden, Func<int, int> token)
        {
            var joint = new double[visible, hidden];
            for (var i = 0; i < visible; i++) joint[i, token(i)] = 1;
            return joint;
        }
    }
}
