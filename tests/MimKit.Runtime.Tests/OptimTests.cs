using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;

namespace MimKit.Runtime.Tests;

public class OptimTests
{
    [Theory]
    [InlineData(0.1, true)]
    [InlineData(0.0, false)]          // no decay, no scaling
    public void Lamb_takes_the_papers_steps(double decay, bool scaled)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var (start, gradients) = (randn([3, 4], float64), randn([6, 3, 4], float64));
        var p = nn.Parameter(start.clone());
        using var lamb = new Lamb([new Lamb.ParamGroup([p], lr: 0.01, weight_decay: decay)]);
        var (x, m, v) = (start.ToArray<double>(), new double[12], new double[12]);
        for (var t = 1; t <= 6; t++)
        {
            p.grad = gradients[t - 1].clone();
            lamb.step();

            var (g, step) = (gradients[t - 1].contiguous().ToArray<double>(), new double[12]);
            for (var i = 0; i < 12; i++)
            {
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                step[i] = m[i] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-6) + decay * x[i];
            }
            var ratio = scaled ? Math.Sqrt(x.Sum(n => n * n) / step.Sum(n => n * n)) : 1;
            for (var i = 0; i < 12; i++) x[i] -= 0.01 * ratio * step[i];
        }
        Assert.True(p.allclose(tensor(x, [3, 4]), 1e-12, 1e-12));
    }

    [Fact]
    public void Lars_leaves_vectors_unscaled_and_zero_weights_moving()
    {
        using var scope = NewDisposeScope();
        var (vector, matrix) = (nn.Parameter(ones(2)), nn.Parameter(zeros(1, 2)));
        using var lars = new Lars([new Lars.ParamGroup([vector, matrix], lr: 0.5, weight_decay: 0.1)]);
        (vector.grad, matrix.grad) = (ones(2), ones(1, 2));
        lars.step();
        Assert.Equal([0.5f, 0.5f], vector.ToArray<float>());
        Assert.Equal([-0.5f, -0.5f], matrix.ToArray<float>());                           // a norm of 0: ratio 1
    }

    [Fact]
    public void A_moving_average_follows_parameters_and_buffers_of_any_type()
    {
        using var scope = NewDisposeScope();
        using var network = nn.BatchNorm2d(2);
        using var ema = new Ema(network, 0.75);
        using (no_grad()) network.weight!.fill_(5);
        network.num_batches_tracked!.fill_(7);
        ema.Update();
        Assert.Equal([2f, 2], ema.State["weight"].ToArray<float>());                     // 0.75 · 1 + 0.25 · 5
        Assert.Equal(7, ema.State["num_batches_tracked"].item<long>());
        ema.Update(decay: 0);
        Assert.Equal([5f, 5], ema.State["weight"].ToArray<float>());

        using var wide = nn.Linear(2, 1).to(float64);
        using var average = new Ema(wide, 0.5);
        var before = wide.weight.detach().clone();
        using (no_grad()) wide.weight.add_(2);
        average.Update();
        Assert.True(average.State["weight"].allclose(before + 1));
        network.load_state_dict(ema.State);
    }

    [Fact]
    public void Gradients_clipped_in_place_are_those_of_a_scaled_step()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var start = randn(5, 3);
        Parameter a = nn.Parameter(start.clone()), b = nn.Parameter(start.clone());
        using var scaled = optim.SGD([a], 0.1);
        using var clipped = optim.SGD([b], 0.1);
        (a.grad, b.grad) = (randn(5, 3) * 9, null);
        b.grad = a.grad!.clone();

        scaled.step(Gradients.ClipFactor(Gradients.Norm([a]), 2));
        var norm = Gradients.Clip([b], 2);
        clipped.step();

        Assert.True(a.allclose(b, 1e-6, 1e-6));
        Assert.True(norm.item<float>() > 2);
        Assert.Equal(2, b.grad!.norm().item<float>(), 4);
    }
}
