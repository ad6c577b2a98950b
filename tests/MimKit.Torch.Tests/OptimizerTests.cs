using MimKit.Torch.Modules;
using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests;

public class OptimizerTests
{
    private static Parameter Weight(params float[] values) => nn.Parameter(tensor(values));

    [Fact]
    public void Each_group_keeps_its_own_settings_and_a_schedule_moves_all_rates()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Weight(1), Weight(1));
        using var sgd = optim.SGD([new SGD.ParamGroup([a], lr: 0.1), new SGD.ParamGroup([b], lr: 0.2, weight_decay: 0.5)]);
        (a.grad, b.grad) = (ones(1), ones(1));
        sgd.step();
        Assert.Equal((0.9f, 0.7f), (a.item<float>(), b.item<float>()));

        var schedule = optim.lr_scheduler.StepLR(sgd, step_size: 1);
        schedule.step();
        Assert.Equal([0.01, 0.02], schedule.get_last_lr().Select(rate => Math.Round(rate, 12)));
        Assert.Equal([0.1, 0.2], sgd.ParamGroups.Select(group => group.InitialLearningRate));
        schedule.step(0);
        Assert.Equal([0.1, 0.2], schedule.get_last_lr());
    }

    [Fact]
    public void A_parameter_that_joins_late_takes_the_first_step_of_its_own()
    {
        using var scope = NewDisposeScope();
        var (early, late) = (Weight(0), Weight(0));
        using var adam = optim.AdamW([early, late], lr: 0.1);
        for (var i = 0; i < 5; i++)
        {
            early.grad = ones(1);
            adam.step();
        }
        late.grad = ones(1);
        adam.step();
        Assert.Equal(-0.1, late.item<float>(), 5);                                       // Adam's first step is the rate; with six steps counted it would be 0.052
        Assert.Equal(["0.step", "0.exp_avg", "0.exp_avg_sq", "1.step", "1.exp_avg", "1.exp_avg_sq"], adam.state_dict().Keys);
        Assert.Equal((6L, 1L), (adam.state_dict()["0.step"].item<long>(), adam.state_dict()["1.step"].item<long>()));
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void A_restored_state_goes_on_bit_for_bit(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var gradients = randn(9, 4, 3);
        var whole = Run(9, null, zeros(4, 3));
        var half = Run(4, null, zeros(4, 3));
        var rest = Run(5, half.State, half.Value);
        Assert.True(rest.Value.equal(whole.Value));

        (Tensor Value, Dictionary<string, Tensor> State) Run(int steps, Dictionary<string, Tensor>? state, Tensor start)
        {
            var p = nn.Parameter(start.clone());
            using optim.Optimizer optimizer = name switch { "sgd" => optim.SGD([p], 0.1, momentum: 0.9), "adam" => optim.Adam([p], 0.1, weight_decay: 0.1), _ => optim.AdamW([p], 0.1, weight_decay: 0.1) };
            if (state is not null) optimizer.load_state_dict(state);
            for (var i = 0; i < steps; i++)
            {
                p.grad = gradients[(state is null ? 0 : 4) + i].clone();
                optimizer.step();
            }
            return (p.detach().clone(), optimizer.state_dict().ToDictionary(s => s.Key, s => s.Value.clone()));
        }
    }

    [Fact]
    public void A_state_of_other_parameters_is_refused_with_the_misfits()
    {
        using var scope = NewDisposeScope();
        var (small, large) = (Weight(1, 2), Weight(1, 2, 3));
        using var one = optim.AdamW([small]);
        using var other = optim.AdamW([large]);
        (small.grad, large.grad) = (ones(2), ones(3));
        one.step();
        other.step();
        Assert.Contains("0.exp_avg: here [3], given [2]", Assert.Throws<ArgumentException>(() => other.load_state_dict(one.state_dict())).Message);
        var more = one.state_dict();
        more["7.exp_avg"] = ones(1);
        more.Remove("0.exp_avg_sq");
        var message = Assert.Throws<ArgumentException>(() => one.load_state_dict(more)).Message;
        Assert.Contains("1 missing: 0.exp_avg_sq", message);
        Assert.Contains("1 unexpected: 7.exp_avg", message);
    }

    [Fact]
    public void Misuse_is_refused()
    {
        using var scope = NewDisposeScope();
        var p = Weight(1);
        Assert.Contains("in two groups", Assert.Throws<ArgumentException>(() => optim.SGD([new SGD.ParamGroup([p]), new SGD.ParamGroup([p])])).Message);
        Assert.Contains("momentum > 0", Assert.Throws<ArgumentException>(() => optim.SGD([p], 0.1, nesterov: true)).Message);
        using var sgd = optim.SGD([p], 0.1);
        Assert.Contains("need 1 milestones", Assert.Throws<ArgumentException>(() => optim.lr_scheduler.SequentialLR(sgd, [optim.lr_scheduler.ConstantLR(sgd), optim.lr_scheduler.ConstantLR(sgd)], [])).Message);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("adamw64")]
    [InlineData("adamw")]
    public void A_scale_of_zero_leaves_everything_as_it_is_whatever_the_gradients(string name)
    {
        using var scope = NewDisposeScope();
        var p = nn.Parameter(ones([3], name == "adamw64" ? float64 : float32));
        using optim.Optimizer optimizer = name switch { "sgd" => optim.SGD([p], 0.1, momentum: 0.9), "adam" => optim.Adam([p], 0.1, weight_decay: 0.1), _ => optim.AdamW([p], 0.1, weight_decay: 0.1) };
        p.grad = ones_like(p);
        optimizer.step(ones(1));
        var before = optimizer.state_dict().Where(state => !state.Key.EndsWith(".step", StringComparison.Ordinal)).ToDictionary(state => state.Key, state => state.Value.clone());
        var value = p.detach().clone();

        p.grad = full_like(p, double.NaN);
        optimizer.step(zeros(1));

        Assert.True(p.equal(value));
        Assert.All(before, state => Assert.True(optimizer.state_dict()[state.Key].equal(state.Value)));
    }

    [Fact]
    public void A_closure_computes_the_loss_before_the_step()
    {
        using var scope = NewDisposeScope();
        var p = Weight(3);
        using var sgd = optim.SGD([p], 0.5);
        var loss = sgd.step(() =>
        {
            sgd.zero_grad();
            var value = p.square().sum();
            value.backward();
            return value;
        });
        Assert.Equal((9f, 0f), (loss!.item<float>(), p.item<float>()));
    }

    [Fact]
    public void Gradients_are_clipped_together_or_each()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Weight(0, 0), Weight(0));
        (a.grad, b.grad) = (tensor(new[] { 3f, 0 }), tensor(new[] { -4f }));
        Assert.Equal(5, nn.utils.clip_grad_norm_([a, b], 10), 6);
        Assert.Equal(-4, b.grad!.item<float>());
        Assert.Equal(5, nn.utils.clip_grad_norm_([a, b], 1), 6);
        Assert.Equal([0.6f, 0], a.grad!.ToArray<float>().Select(g => MathF.Round(g, 5)));
        nn.utils.clip_grad_value_([a, b], 0.5);
        Assert.Equal((0.5f, -0.5f), (a.grad!.amax([0]).item<float>(), b.grad!.item<float>()));

        var vector = nn.utils.parameters_to_vector([a, b]);
        nn.utils.vector_to_parameters(tensor(new[] { 1f, 2, 3 }), [a, b]);
        Assert.Equal([0f, 0, 0], vector.ToArray<float>());
        Assert.Equal([1f, 2], a.ToArray<float>());
        Assert.Equal(3f, b.item<float>());
    }

    // PyTorch 1.13's rates for SGD at 0.1, a step after the other
    [Theory]
    [InlineData(optim.lr_scheduler.impl.CyclicLR.Mode.Triangular, new[] { 0.1, 0.3, 0.5, 0.3666666667, 0.2333333333, 0.1, 0.3, 0.5, 0.3666666667, 0.2333333333, 0.1 })]
    [InlineData(optim.lr_scheduler.impl.CyclicLR.Mode.Triangular2, new[] { 0.1, 0.3, 0.5, 0.3666666667, 0.2333333333, 0.1, 0.2, 0.3, 0.2333333333, 0.1666666667, 0.1 })]
    [InlineData(optim.lr_scheduler.impl.CyclicLR.Mode.ExpRange, new[] { 0.1, 0.28, 0.424, 0.2944, 0.18748, 0.1, 0.2062882, 0.29131876, 0.214791256, 0.1516560652, 0.1 })]
    public void A_cycle_rises_and_falls_as_PyTorchs(optim.lr_scheduler.impl.CyclicLR.Mode mode, double[] rates)
    {
        using var scope = NewDisposeScope();
        using var sgd = optim.SGD([Weight(1)], 0.1);
        var cycle = optim.lr_scheduler.CyclicLR(sgd, 0.1, 0.5, step_size_up: 2, step_size_down: 3, mode, gamma: 0.9);
        foreach (var rate in rates)
        {
            Assert.Equal(rate, sgd.ParamGroups[0].LearningRate, 9);
            cycle.step();
        }
    }

    [Theory]
    [InlineData("min", 0.5, 1e-4, "rel", 1, 0.03, new[] { 1, .9, .9, .9, .9, .9, .89995, .5, .6, .6, .6, .6 }, new[] { 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03, 0.03 })]
    [InlineData("max", 0.1, 0.1, "abs", 0, 0, new[] { 1, 1.05, 1.2, 1.25, 1.2, 1.2, 1.4, 1.4, 1.4 }, new[] { 0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01 })]
    public void A_plateau_reduces_the_rate_as_PyTorchs(string mode, double factor, double threshold, string kind, int cooldown, double least, double[] values, double[] rates)
    {
        using var scope = NewDisposeScope();
        using var sgd = optim.SGD([Weight(1)], 0.1);
        var plateau = optim.lr_scheduler.ReduceLROnPlateau(sgd, mode, factor, patience: 1, threshold, kind, cooldown, [least]);
        foreach (var (value, rate) in values.Zip(rates))
        {
            Assert.Equal(rate, sgd.ParamGroups[0].LearningRate, 9);
            plateau.step(value);
        }
        Assert.Contains("step(loss)", Assert.Throws<InvalidOperationException>(plateau.step).Message);
        Assert.Contains("ReduceLROnPlateau", Assert.Throws<InvalidOperationException>(() => optim.lr_scheduler.ConstantLR(sgd).step(0.5)).Message);
        Assert.Contains("least", Assert.Throws<ArgumentException>(() => optim.lr_scheduler.ReduceLROnPlateau(sgd, "least")).Message);
    }
}
