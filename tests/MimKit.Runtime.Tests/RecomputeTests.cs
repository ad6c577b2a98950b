using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;
using static MimKit.Torch.torch.nn;

namespace MimKit.Runtime.Tests;

public class RecomputeTests
{
    private static readonly Draw Noise = new(Seed: 5, Epoch: 0, [3, 4]);

    private sealed class Block : Module<Tensor, Tensor>
    {
        public readonly Linear first = Linear(8, 32), second = Linear(32, 8);
        public int Calls;

        public Block() : base(nameof(Block)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            Calls++;
            return x + second.call(functional.gelu(first.call(x)));
        }
    }

    private static (float[] X, float[][] Parameters) Gradients(Sequential net, Func<Module<Tensor, Tensor>, Tensor, Tensor> call)
    {
        net.zero_grad();
        var x = arange(16).reshape(2, 8).to(float32).mul(.1).requires_grad_();
        net.children().Cast<Module<Tensor, Tensor>>().Aggregate((Tensor)x, (y, block) => call(block, y)).square().sum().backward();
        return (x.grad!.ToArray<float>(), [.. net.parameters().Select(p => p.grad!.ToArray<float>())]);
    }

    [Fact]
    public void Gradients_are_those_of_the_plain_call_bit_by_bit()
    {
        manual_seed(1);
        using var net = Sequential(new Block(), new Block());
        var plain = Gradients(net, (block, x) => block.call(x));
        var recomputed = Gradients(net, Recompute.Call);
        Assert.Equal(plain.X, recomputed.X);
        Assert.Equal(plain.Parameters, recomputed.Parameters);
        Assert.All(net.children().Cast<Block>(), b => Assert.Equal(3, b.Calls));     // once plain, twice recomputed
    }

    [Fact]
    public void Parameters_get_gradients_although_the_input_needs_none()
    {
        using var block = new Block();
        Recompute.Call(block, ones(2, 8)).sum().backward();
        Assert.All(block.parameters(), p => Assert.NotNull(p.grad));
    }

    [Fact]
    public void Autograd_grad_goes_through_it_too()
    {
        using var block = new Block();
        var x = ones(2, 8).requires_grad_();
        var plain = autograd.grad([block.call(x).sum()], [x, block.first.weight]);
        var recomputed = autograd.grad([Recompute.Call(block, x).sum()], [x, block.first.weight]);
        Assert.All(plain.Zip(recomputed), pair => Assert.True(pair.First.equal(pair.Second)));
        Assert.Null(block.first.weight.grad);
    }

    [Fact]
    public void Counter_based_draws_are_the_same_the_second_time()
    {
        var x = ones(2, 4).requires_grad_();
        var factor = 0f;
        var y = Recompute.Call(inputs =>
        {
            factor = Noise.Uniform(Purpose.DropPath, 1)[0];
            return inputs[0] * factor;
        }, [x], []);
        var first = factor;
        factor = 0;
        y.sum().backward();
        Assert.Equal(first, factor);
        Assert.Equal(first, x.grad![0, 0].item<float>());
    }

    [Fact]
    public void Only_the_input_is_kept_between_the_passes()
    {
        using var block = new Block();
        var x = ones(2, 8).requires_grad_();
        using var scope = NewDisposeScope();
        Recompute.Call(block, x);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void A_tensor_that_was_not_named_is_refused()
    {
        var hidden = ones(3).requires_grad_();
        var x = ones(3).requires_grad_();
        var y = Recompute.Call(inputs => inputs[0] * hidden, [x], []);
        Assert.Contains("a tensor of [3] that needs a gradient", Assert.Throws<InvalidOperationException>(() => y.sum().backward()).Message);
        var z = Recompute.Call(inputs => inputs[0] * inputs[1], [x, hidden], []);
        z.sum().backward();
        Assert.Equal([1f, 1, 1], hidden.grad!.ToArray<float>());
    }

    [Fact]
    public void Gradients_of_gradients_are_refused_and_unrecorded_calls_are_plain()
    {
        var x = ones(3).requires_grad_();
        var y = Recompute.Call(inputs => inputs[0].pow(3), [x], []);
        Assert.Contains("not gradients of gradients", Assert.Throws<InvalidOperationException>(() => autograd.grad([y.sum()], [x], create_graph: true)).Message);
        using (no_grad()) Assert.False(Recompute.Call(inputs => inputs[0] * 2, [x], []).requires_grad);
    }
}
