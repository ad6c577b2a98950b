using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class AttackTests
{
    const int Images = 60;

    static readonly Lazy<Classifier> Trained = new(() =>
    {
        using var on = enable_grad();                                                // whoever asks first
        var (train, manifest) = (Datasets.Open("fashion-mnist").Train.Take(1500), Datasets.Manifest("fashion-mnist"));
        manual_seed(0);
        var network = nn.Sequential(nn.Conv2d(1, 8, 5, stride: 3), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10));
        using var optimizer = optim.AdamW(network.parameters(), lr: 3e-3);
        for (var epoch = 0; epoch < 6; epoch++)
            foreach (var batch in new BatchLoader(train, 100, seed: 0).Epoch(epoch))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                nn.functional.cross_entropy(network.call(batch.Images), batch.Labels).backward();
                optimizer.step();
            }
        return new("small convolution", network.call, InputScale.Of(manifest));
    });

    static ImageSet Test => Datasets.Open("fashion-mnist").Test;

    // Two classes apart by a plane: how much each image stands is known exactly.
    static (Func<Tensor, Tensor> Classify, Tensor Pixels, Tensor Labels, float[] Margin, double L1, double L2) Plane()
    {
        manual_seed(5);
        var (w, pixels) = (randn(12), rand(40, 3, 2, 2) * 0.2 + 0.4);
        var margin = pixels.flatten(1).matmul(w) - 0.5 * w.sum();
        Tensor Classify(Tensor x) => stack([zeros(x.size(0)), x.flatten(1).matmul(w) - 0.5 * w.sum()], 1);
        return (Classify, pixels, margin.gt(0).to(int64), margin.abs().ToArray<float>(), w.abs().sum().ToDouble(), w.norm().ToDouble());
    }

    static bool[] Standing(Func<Tensor, Tensor> classify, Tensor changed, Tensor labels) => classify(changed).argmax(1).eq(labels).ToArray<bool>();

    [Theory]
    [InlineData(AttackNorm.LInfinity, 10)]
    [InlineData(AttackNorm.LInfinity, 30)]
    [InlineData(AttackNorm.L2, 10)]
    [InlineData(AttackNorm.L2, 30)]
    public void A_plane_falls_exactly_where_geometry_says(AttackNorm norm, int falling)
    {
        using var scope = NewDisposeScope();
        var (classify, pixels, labels, margin, l1, l2) = Plane();
        var reach = margin.Order().Skip(falling - 1).Take(2).Average();              // between two images' distances from the plane
        var epsilon = reach / (norm == AttackNorm.LInfinity ? l1 : l2);              // what moves the logit so far
        var draw = new Draw(0, 0, [.. Enumerable.Range(0, 40).Select(i => (long)i)]);
        foreach (var attack in new[] { Attack.Fgsm(norm, epsilon), Attack.Pgd20(norm, epsilon) })
        {
            var changed = attack.Perturb(classify, pixels, labels, draw);
            var standing = Standing(classify, changed, labels);
            Assert.Equal(margin.Select(distance => distance > reach), standing);
            var change = (changed - pixels).flatten(1);
            Assert.True((norm == AttackNorm.LInfinity ? change.abs().amax([1L]) : change.norm(1, false, 2)).max().ToDouble() <= epsilon * 1.00001);
        }
    }

    [Theory]
    [InlineData(AttackNorm.LInfinity, 0.1)]
    [InlineData(AttackNorm.L2, 1.0)]
    public void Changes_stay_within_epsilon_and_within_the_pixels_range(AttackNorm norm, double epsilon)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var batch = Batch.Of(Test, [0, 1, 2, 3, 4, 5]);
        var pixels = InputScale.ZeroToOne.From(batch.Images, InputScale.Of(Test.Manifest), 1).clamp(0, 1);
        var draw = new Draw(0, 0, batch.Indices);
        foreach (var changed in new[] { new Attack(norm, epsilon) { Steps = 5 }.Perturb(Trained.Value.OfPixels, pixels, batch.Labels, draw), new SquareSearch(norm, epsilon) { Queries = 20 }.Perturb(Trained.Value.OfPixels, pixels, batch.Labels, draw) })
        {
            var size = (changed - pixels).flatten(1);
            Assert.True((norm == AttackNorm.LInfinity ? size.abs().amax([1L]) : size.norm(1, false, 2)).max().ToDouble() <= epsilon + 1e-5);
            Assert.InRange(changed.min().ToDouble(), 0, 1);
            Assert.InRange(changed.max().ToDouble(), 0, 1);
            Assert.False(changed.equal(pixels));
        }
    }

    [Fact]
    public void Accuracy_under_PGD_20_falls_with_every_epsilon_and_can_be_believed()
    {
        foreach (var plan in new[] { AdversarialPlan.LInfinity with { Epsilons = [1, 4, 8, 16, 32], Images = Images }, AdversarialPlan.L2 with { Epsilons = [64, 128, 255, 510, 1020], Images = Images } })
        {
            var curve = Adversarial.Measure(Trained.Value, Test, plan with { Queries = 60 });

            Assert.InRange(curve.Clean.Accuracy, 0.6, 1);
            double[] accuracies = [curve.Clean.Accuracy, .. curve.Pgd.Select(read => read.Accuracy)];
            Assert.Equal(accuracies.OrderDescending(), accuracies);
            Assert.True(accuracies.Distinct().Count() > 3, string.Join(", ", accuracies));
            Assert.InRange(accuracies[^1], 0, 0.05);
            Assert.All(curve.Fgsm.Zip(curve.Pgd), pair => Assert.True(pair.First.Accuracy >= pair.Second.Accuracy));   // twenty steps find what one does
            Assert.True(curve.IsBelievable, $"{curve}");
            Assert.Contains("PGD-20", (string)curve.MimeBundle()["text/html"]);
        }
    }

    [Fact]
    public void A_classifier_that_hides_its_gradient_is_caught()
    {
        var honest = Trained.Value;
        var hiding = honest with { Name = "rounding", Logits = images => honest.Logits(Rounded(images)) };
        var curve = Adversarial.Measure(hiding, Test, new() { Epsilons = [8, 16, 32], Images = Images, Queries = 400, StepsCompared = [1, 20] });

        Assert.InRange(curve.Pgd[^1].Accuracy, 0.4, 1);                              // seems to stand
        Assert.False(curve.IsBelievable);
        Assert.False(curve.Checks[1].Passed);                                      // something is left even where all is allowed
        Assert.False(curve.Checks[2].Passed);                                      // squares do better than gradients
        Assert.Contains("too high to be believed", $"{curve.Table()}");
    }

    static Tensor Rounded(Tensor images) => (images * 4).round() / 4 + images * 0;

    [Fact]
    public void A_classifier_without_gradient_is_refused()
    {
        var frozen = new Classifier("frozen", images =>
        {
            using var off = no_grad();
            return Trained.Value.Logits(images);
        }, InputScale.Of(Test.Manifest));
        Assert.Contains("lets no gradient through", Assert.Throws<ArgumentException>(() => Adversarial.Measure(frozen, Test, new() { Images = 4 })).Message);
        Assert.Contains("growing", Assert.Throws<ArgumentException>(() => Adversarial.Measure(frozen, Test, new() { Epsilons = [4, 2] })).Message);
    }
}
