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
    public void A_state_with_a_wrappers_prefix_is_refused_with_the_prefix()
    {
        using var net = new Net();
        var wrapped = net.state_dict(prefix: "model.module.");
        Assert.Contains("Without 'model.module.' before them", Assert.Throws<ArgumentException>(() => net.load_state_dict(wrapped)).Message);
    }

    [Fact]
    public void Skipped_keys_are_neither_missed_nor_read()
    {
        using var net = new Net();
        var state = net.state_dict().ToDictionary(s => s.Key, s => s.Value.clone());
        state.Remove("token");
        state["fc1.bias"] = zeros(3);
        Assert.Contains("token", Assert.Throws<ArgumentException>(() => net.load_state_dict(state)).Message);

        var (missing, unexpected) = net.load_state_dict(state, skip: ["token", "fc1.bias"]);
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        Assert.Equal(["token"], net.load_state_dict(state.Where(s => s.Key != "fc1.bias").ToDictionary(), strict: false, skip: ["fc1.bias"]).missing_keys);
    }

    [Fact]
    public void Moving_to_another_dtype_keeps_objects_gradients_and_integers()
    {
        using var net = new Net();
        net.register_buffer("steps", zeros([1], int64));
        var weight = net.get_parameter("fc1.weight")!;
        var before = weight.detach().clone();
        net.forward(ones(1, 4)).square().sum().backward();
        var gradient = weight.grad!.clone();

        Assert.Same(net, net.to(float64));

        Assert.Same(weight, net.get_parameter("fc1.weight"));
        Assert.Equal((float64, true, true), (weight.dtype, weight.requires_grad, weight.is_leaf));
        Assert.True(weight.equal(before.to(float64)));
        Assert.True(weight.grad!.equal(gradient.to(float64)));
        Assert.Equal(int64, net.get_buffer("steps")!.dtype);
        Assert.Equal(float64, net.forward(ones([1, 4], float64)).dtype);
        net.zero_grad();
        net.forward(ones([1, 4], float64)).square().sum().backward();                 // gradients arrive in the new dtype
        Assert.Equal(float64, weight.grad!.dtype);
        Assert.Equal(float32, net.@float().get_parameter("token")!.dtype);
    }

    [Fact]
    public void Apply_visits_children_before_parents_and_train_reaches_all()
    {
        using var net = Sequential(("a", Sequential(Linear(2, 2), ReLU())), ("b", Dropout(0.5)));
        var visited = new List<string>();
        net.apply(m => visited.Add(m.GetName()));
        Assert.Equal(["Linear", "ReLU", "Sequential", "Dropout", "Sequential"], visited);

        net.eval();
        Assert.All(net.modules(), m => Assert.False(m.training));
        Assert.True(net.forward(ones(1, 2)).equal(net.forward(ones(1, 2))));
        net.train();
        Assert.All(net.modules(), m => Assert.True(m.training));
        Assert.Equal(["a", "a.0", "a.1", "b"], net.named_modules().Select(m => m.name));
        Assert.Equal(["a", "b"], net.named_children().Select(m => m.name));
    }

    [Fact]
    public void A_shared_parameter_is_trained_once_and_saved_under_each_name()
    {
        var shared = Parameter(ones(2, 2));
        using var net = Sequential(("encode", Linear(shared)), ("decode", Linear(shared)));
        Assert.Equal(["encode.weight"], net.named_parameters().Select(p => p.name));
        Assert.Equal(["encode.weight", "decode.weight"], net.state_dict().Keys);
    }

    [Fact]
    public void Hooks_see_and_change_what_passes_until_they_are_removed()
    {
        using var net = Identity();
        var before = net.register_forward_pre_hook((_, x) => x + 1);
        var after = net.register_forward_hook((_, x, y) => y * x);
        Assert.Equal(9, net.call(tensor(2f)).item<float>());
        before.remove();
        Assert.Equal(4, net.call(tensor(2f)).item<float>());
        after.remove();
        Assert.Equal(2, net.call(tensor(2f)).item<float>());

        using var two = MSELoss(Reduction.None);
        two.register_forward_pre_hook((_, a, b) => (a, b + 1));
        two.register_forward_hook((_, a, b, y) => -y);
        Assert.Equal(-9, two.call(tensor(5f), tensor(1f)).item<float>());
    }

    [Fact]
    public void Lists_and_dictionaries_name_what_they_hold()
    {
        using var list = ModuleList<Module>(Linear(1, 1));
        list.append(ReLU(), Linear(1, 2));
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], list.named_parameters().Select(p => p.name));
        list[2] = Identity();
        Assert.Equal(2, list.parameters().Count());

        using var dictionary = ModuleDict(("up", Linear(1, 1)), ("down", Linear(1, 2)));
        Assert.Equal(["up.weight", "up.bias", "down.weight", "down.bias"], dictionary.state_dict().Keys);
        Assert.Equal(2, dictionary["down"].out_features);
        Assert.Contains("there are: up, down", Assert.Throws<KeyNotFoundException>(() => dictionary["left"]).Message);
        Assert.Throws<ArgumentException>(() => dictionary.Add("up", Linear(1, 1)));
        Assert.True(dictionary.Remove("up"));
        Assert.Equal(["down"], dictionary.named_children().Select(c => c.name));
    }

    [Fact]
    public void Names_are_free_and_without_dots()
    {
        using var net = new Module("net");
        net.register_buffer("x", zeros(1));
        Assert.Contains("already has something named 'x'", Assert.Throws<ArgumentException>(() => net.register_module("x", Identity())).Message);
        Assert.Contains("has no dot", Assert.Throws<ArgumentException>(() => net.register_module("a.b", Identity())).Message);
        net.register_buffer("hidden", zeros(1), persistent: false);
        Assert.Equal(["x"], net.state_dict().Keys);
        Assert.Equal(["x", "hidden"], net.named_buffers().Select(b => b.name));
        Assert.Equal(["x"], net.named_buffers(include_nonpersistent: false).Select(b => b.name));
    }

    [Fact]
    public void A_network_prints_as_a_tree()
    {
        using var net = Sequential(("fc", Linear(4, 8)), ("act", Sequential(GELU(), LayerNorm(8, 1e-6))));
        Assert.Equal("""
            Sequential(
              (fc): Linear(in_features=4, out_features=8, bias=True)
              (act): Sequential(
                (0): GELU(approximate=none)
                (1): LayerNorm((8), eps=1E-06)
              )
            )
            """, net.ToString());
    }

    [Fact]
    public void A_truncated_normal_has_the_deviation_of_its_cut()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        var t = init.trunc_normal_(empty(200_000), std: 0.02, a: -0.02, b: 0.02);      // BEiT: cut at one deviation
        Assert.InRange(t.std().item<float>(), 0.0107, 0.0109);                           // 0.02 · 0.53956
        Assert.InRange(t.abs().max().item<float>(), 0.0199, 0.02000001);
        Assert.Contains("a < b", Assert.Throws<ArgumentException>(() => init.trunc_normal_(t, a: 1, b: -1)).Message);
    }

    [Fact]
    public void A_dropout_drops_its_share_in_training_mode_only_and_keeps_the_mean()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        using var drop = Dropout(0.25);
        using var channels = Dropout2d(0.5);
        var y = drop.forward(ones(100_000));
        Assert.InRange(y.eq(0).to(float32).mean().item<float>(), 0.24, 0.26);
        Assert.InRange(y.mean().item<float>(), 0.98, 1.02);
        var image = channels.forward(ones(50, 40, 3, 3)).flatten(2);                     // [B, C, 9]
        Assert.True(image.amax([2]).equal(image.amin([2])));                             // whole channels
        Assert.InRange(image.mean().item<float>(), 0.93, 1.07);
        drop.eval();
        Assert.True(drop.forward(ones(9)).equal(ones(9)));
        Assert.Throws<ArgumentException>(() => Dropout(1.5));
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
