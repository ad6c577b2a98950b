using MimKit.Torch.Modules;
using static MimKit.Torch.torch;
using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Tests;

public class ModuleTests
{
    private sealed class Net : Module<Tensor, Tensor>
    {
        private readonly Linear _fc1 = Linear(4, 8);
        private readonly ModuleList<LayerNorm> norms = ModuleList(LayerNorm(8), LayerNorm(8));
        private readonly Parameter token = Parameter(zeros(1, 8));

        public Net() : base(nameof(Net))
        {
            register_buffer("positions", arange(8));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => norms.Aggregate(_fc1.forward(x) + token, (y, n) => n.forward(y));
    }

    [Fact]
    public void Names_are_those_of_the_fields()
    {
        using var net = new Net();
        Assert.Equal(["fc1.bias", "fc1.weight", "norms.0.bias", "norms.0.weight", "norms.1.bias", "norms.1.weight", "token"], net.named_parameters().Select(p => p.name).Order(StringComparer.Ordinal));
        Assert.Contains("positions", net.state_dict().Keys);
    }

    [Fact]
    public void State_moves_between_modules_and_misfits_are_all_listed()
    {
        using var a = new Net();
        using var b = new Net();
        b.load_state_dict(a.state_dict());
        var x = randn(2, 4);
        Assert.True(a.forward(x).equal(b.forward(x)));

        var state = a.state_dict();
        state["fc1.weight"] = zeros(3, 3);
        Assert.Contains("fc1.weight: here [8, 4], given [3, 3]", Assert.Throws<ArgumentException>(() => b.load_state_dict(state, strict: false)).Message);
        state.Remove("fc1.weight");
        state["more"] = zeros(1);
        var message = Assert.Throws<ArgumentException>(() => b.load_state_dict(state)).Message;
        Assert.Contains("1 missing: fc1.weight", message);
        Assert.Contains("1 unexpected: more", message);
    }

    [Fact]
    public void Parameters_outlive_the_scope_they_were_made_in()
    {
        Net net;
        using (NewDisposeScope()) net = new Net();
        Assert.Equal([1L, 8], net.forward(ones(1, 4)).shape);
        net.Dispose();
    }

    [Fact]
    public void Linear_and_xavier_start_within_their_bounds()
    {
        manual_seed(0);
        var linear = Linear(64, 32);
        Assert.InRange(linear.weight.abs().max().item<float>(), .1f, 1 / MathF.Sqrt(64) + 1e-6f);
        init.xavier_uniform_(linear.weight);
        var bound = MathF.Sqrt(6f / 96);
        Assert.InRange(linear.weight.abs().max().item<float>(), .95f * bound, bound + 1e-6f);
        Assert.InRange(linear.weight.std().item<float>(), .95f * bound / MathF.Sqrt(3), 1.05f * bound / MathF.Sqrt(3));
    }

    [Fact]
    public void Native_AdamW_takes_the_steps_of_the_plain_formula()
    {
        manual_seed(1);
        var start = randn([37, 19]);
        var a = Parameter(start.clone());
        var b = Parameter(start.to(float64));                                    // float64 takes the plain path
        using var native = optim.AdamW([a], lr: .01, beta1: .9, beta2: .95, weight_decay: .05);
        using var plain = optim.AdamW([b], lr: .01, beta1: .9, beta2: .95, weight_decay: .05);
        var scale = tensor(new[] { .5f });
        for (var i = 0; i < 20; i++)
        {
            var g = randn([37, 19]);
            (a.grad, b.grad) = (g, g.to(float64));
            native.step(scale);
            plain.step(scale.to(float64));
        }
        Assert.InRange((a.to(float64) - b).abs().max().item<double>(), 0, 1e-5);     // 20 float32 roundings of values near 3
    }
}
