using MimKit.Evaluation;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class LinearProbeTests
{
    // three noisy clusters in the first two of six dimensions; the third dimension never changes
    private static FeatureSet Clusters(int count, long seed)
    {
        manual_seed(seed);
        var labels = Enumerable.Range(0, count).Select(i => i % 3).ToArray();
        var centres = torch.tensor([3f, 0, -2, 2, -2, -2], [3, 2]);
        var x = torch.randn(count, 6);
        x.narrow(1, 0, 2).add_(centres.index_select(0, torch.tensor(Array.ConvertAll(labels, label => (long)label))));
        x.narrow(1, 2, 1).fill_(7);
        return new(x, labels, $"clusters {seed}");
    }

    [Fact]
    public void A_probe_finds_separable_classes_and_reports_every_example()
    {
        using var scope = NewDisposeScope();
        var result = LinearProbe.Fit(Clusters(600, 1), Clusters(150, 2), Clusters(300, 3));

        Assert.True(result.Accuracy > 0.95, result.ToString());
        Assert.Equal(300, result.Correct.Length);
        Assert.Equal(result.Accuracy, result.Correct.Count(right => right) / 300.0);
        Assert.Equal(new ProbePlan().L2.Take(result.Val.Count), result.Val.Keys);
        Assert.Equal(result.Val.Values.Max(), result.Val[result.L2]);
        Assert.Equal("clusters 3", result.Source);
    }

    [Fact]
    public void The_minimum_is_where_the_gradient_vanishes()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var set = Clusters(300, 4);
        var input = new DenseInput(set, torch.zeros(6), torch.ones(6) * 3);
        var regression = new LogisticRegression(input, set.Labels, 3);
        var weights = regression.Start();
        regression.MinimiseInPlace(weights, l2: 0.01);

        // the same loss by automatic differentiation
        using var on = enable_grad();
        var w = weights.detach().clone().requires_grad_();
        var logits = (set.X / 3).matmul(w.narrow(0, 0, 6)) + w.narrow(0, 6, 1);
        var loss = nn.functional.cross_entropy(logits, torch.tensor(Array.ConvertAll(set.Labels, label => (long)label))) + w.narrow(0, 0, 6).square().sum() * 0.005;
        loss.backward();
        Assert.True(w.grad!.abs().max().ToDouble() < 1e-3, $"largest gradient {w.grad!.abs().max().ToDouble():E2}");
    }

    [Fact]
    public void One_hot_products_equal_those_of_the_matrix()
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        const int images = 40, positions = 5, codes = 6, classes = 11;
        var ids = torch.randint(0, codes, [images, positions]);
        var input = new OneHotInput(new(ids, codes, new int[images]));
        var matrix = nn.functional.one_hot(ids, codes).to(ScalarType.Float32).reshape(images, positions * codes);
        var (weights, residuals) = (torch.randn(positions * codes, classes), torch.randn(images, classes));

        Assert.Equal(positions * codes, input.Width);
        Assert.True(input.Logits(weights).allclose(matrix.matmul(weights), 1e-5, 1e-5));
        Assert.True(input.Gradient(residuals).allclose(matrix.t().matmul(residuals), 1e-5, 1e-5));
    }

    [Fact]
    public void One_hot_codes_are_classified()
    {
        using var scope = NewDisposeScope();
        var result = LinearProbe.Fit(Tokens(300, 1), Tokens(90, 2), Tokens(90, 3));

        Assert.Equal(1.0, result.Accuracy);
        Assert.Equal("linear probe on one-hot codes", result.Measure);

        // position 1 tells the class, position 0 nothing
        static TokenSet Tokens(int count, long seed)
        {
            manual_seed(seed);
            var labels = Enumerable.Range(0, count).Select(i => i % 3).ToArray();
            var ids = torch.randint(0, 4, [count, 2]);
            ids.narrow(1, 1, 1).copy_(torch.tensor(Array.ConvertAll(labels, label => (long)label)).unsqueeze(1));
            return new(ids, 4, labels);
        }
    }

    [Fact]
    public void A_code_outside_the_codebook_is_named()
    {
        using var scope = NewDisposeScope();
        var tokens = new TokenSet(torch.tensor([0L, 1, 2, 9], [2, 2]), 4, [0, 1]);

        Assert.Contains("Image 1 has code 9 at position 1", Assert.Throws<ArgumentException>(() => LinearProbe.Fit(tokens, tokens, tokens)).Message);
    }

    [Fact]
    public void Features_of_another_width_are_refused()
    {
        using var scope = NewDisposeScope();
        var narrow = new FeatureSet(torch.ones(3, 2), [0, 1, 2], "narrow val");

        Assert.Contains("narrow val: features [3, 2]", Assert.Throws<ArgumentException>(() => LinearProbe.Fit(Clusters(30, 1), narrow, narrow)).Message);
    }

    [Fact]
    public void A_fit_leaves_no_tensor_alive()
    {
        using var scope = NewDisposeScope();
        var (train, val, test) = (Clusters(90, 1), Clusters(30, 2), Clusters(30, 3));
        LinearProbe.Fit(train, val, test);
        GC.Collect();                                                              // what other tests left behind
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        LinearProbe.Fit(train, val, test);

        Assert.Equal(before, Tensor.TotalCount);
    }
}
