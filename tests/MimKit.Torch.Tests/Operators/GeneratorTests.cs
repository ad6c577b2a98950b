using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests.Operators;

public class GeneratorTests
{
    [Fact]
    public void A_generator_gives_its_seeds_sequence_whatever_others_draw()
    {
        using var a = new Generator(5);
        using var b = new Generator(5);
        var first = randn([4], generator: a).ToArray<float>();
        _ = randn(100);
        Assert.Equal(first, randn([4], generator: b).ToArray<float>());
        Assert.NotEqual(first, randn([4], generator: b).ToArray<float>());
        Assert.Equal(5, a.initial_seed());
    }

    [Fact]
    public void A_state_is_a_place_in_the_sequence()
    {
        using var g = new Generator(1);
        var state = g.get_state();
        var first = rand([3], generator: g).ToArray<float>();
        g.set_state(state);
        Assert.Equal(first, rand([3], generator: g).ToArray<float>());
        Assert.Contains("is not a state", Assert.Throws<ArgumentException>(() => g.set_state(ones(3))).Message);
    }

    [Fact]
    public void The_default_generator_is_the_one_that_manual_seed_seeds()
    {
        manual_seed(3);
        var a = rand(3).ToArray<float>();
        Generator.Default.manual_seed(3);
        Assert.Equal(a, rand(3).ToArray<float>());
        manual_seed(3);
        Assert.Equal(a, rand([3], generator: Generator.Default).ToArray<float>());
    }

    public static TheoryData<string, Func<Tensor, Generator, Tensor>, double, double> Distributions => new()
    {
        { "normal_", (x, g) => x.normal_(2, 3, g), 2, 3 },
        { "uniform_", (x, g) => x.uniform_(-1, 3, g), 1, 4 / Math.Sqrt(12) },
        { "exponential_", (x, g) => x.exponential_(2, g), .5, .5 },
        { "log_normal_", (x, g) => x.log_normal_(0, .5, g), Math.Exp(.125), Math.Sqrt((Math.Exp(.25) - 1) * Math.Exp(.25)) },
        { "geometric_", (x, g) => x.geometric_(.5, g), 2, Math.Sqrt(2) },
        { "bernoulli_", (x, g) => x.bernoulli_(.25, g), .25, Math.Sqrt(.1875) },
        { "bernoulli_ of a tensor", (x, g) => x.bernoulli_(full([20_000], .25), g), .25, Math.Sqrt(.1875) },
        { "bernoulli", (x, g) => x.fill_(.25).bernoulli(g), .25, Math.Sqrt(.1875) },
        { "poisson", (x, g) => x.fill_(4).poisson(g), 4, 2 },
        { "random_", (x, g) => x.random_(0, 10, g), 4.5, Math.Sqrt(8.25) },
        { "cauchy_", (x, g) => x.cauchy_(1, 1, g).atan(), Math.Atan(1), double.NaN },         // no moments: its median
        { "randint", (x, g) => randint(0, 10, [20_000], float32, generator: g), 4.5, Math.Sqrt(8.25) },
        { "randint from 0", (x, g) => randint(10, [20_000], float32, generator: g), 4.5, Math.Sqrt(8.25) },
        { "normal", (x, g) => normal(2, 3, [20_000], generator: g), 2, 3 },
        { "normal of tensors", (x, g) => normal(full([20_000], 2), full([20_000], 3), g), 2, 3 },
        { "multinomial", (x, g) => tensor(new[] { 1f, 3 }).multinomial(20_000, true, g).to(float32), .75, Math.Sqrt(.1875) },
        { "rand_like", (x, g) => x.rand_like(), .5, 1 / Math.Sqrt(12) },
        { "randn_like", (x, g) => x.randn_like(), 0, 1 },
        { "randint_like", (x, g) => randint_like(x, 0, 10), 4.5, Math.Sqrt(8.25) },
    };

    [Theory, MemberData(nameof(Distributions))]
    public void Draws_have_the_moments_of_their_distribution(string name, Func<Tensor, Generator, Tensor> draw, double mean, double deviation)
    {
        manual_seed(11);
        using var g = new Generator(11);
        var x = draw(zeros(20_000), g);
        if (double.IsNaN(deviation)) Assert.InRange(x.median().item<float>(), mean - .05, mean + .05);
        else
        {
            Assert.InRange(x.mean().item<float>(), mean - 5 * deviation / Math.Sqrt(20_000), mean + 5 * deviation / Math.Sqrt(20_000));
            Assert.True(Math.Abs(x.std().item<float>() / deviation - 1) < .1, $"{name}: {x.std().item<float>()} for {deviation}");
        }
    }

    [Fact]
    public void A_permutation_holds_every_number_once()
    {
        using var g = new Generator(2);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), randperm(50, generator: g).ToArray<long>().Order());
    }

    [Fact]
    public void A_device_that_is_not_there_is_named()
    {
        if (cuda.is_available()) return;
        Assert.Contains("no random generator for cuda:0", Assert.Throws<ArgumentException>(() => new Generator(1, CUDA)).Message);
    }
}
