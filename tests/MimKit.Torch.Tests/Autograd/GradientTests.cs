using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests.Autograd;

public class GradientTests
{
    private static Tensor Leaf(params float[] values) => tensor(values).requires_grad_();

    [Fact]
    public void Grad_gives_the_gradients_of_chosen_inputs_and_fills_no_grad()
    {
        Tensor x = Leaf(2, 3), y = Leaf(5, 7);
        var gradients = autograd.grad([(x * x * y).sum()], [y, x]);
        Assert.Equal([4f, 9], gradients[0].ToArray<float>());
        Assert.Equal([20f, 42], gradients[1].ToArray<float>());
        Assert.Null(x.grad);
        Assert.Null(y.grad);
    }

    [Fact]
    public void Grad_weights_several_outputs()
    {
        var x = Leaf(2, 3);
        var gradient = autograd.grad([x * x, 5 * x], [x], [tensor(new[] { 1f, 10 }), tensor(new[] { 0f, 1 })])[0];
        Assert.Equal([4f, 65], gradient.ToArray<float>());
        Assert.Contains("1 gradients were given for 2 tensors", Assert.Throws<ArgumentException>(() => autograd.grad([x, x], [x], [x])).Message);
    }

    [Fact]
    public void An_input_that_was_not_used_is_refused_or_null()
    {
        Tensor x = Leaf(1), unused = Leaf(1);
        Assert.Contains("not have been used in the graph", Assert.Throws<TorchException>(() => autograd.grad([x * 2], [x, unused])).Message);
        var gradients = autograd.grad([x * 2], [x, unused], allow_unused: true);
        Assert.Equal(2, gradients[0].item<float>());
        Assert.Null(gradients[1]);
    }

    [Fact]
    public void Backward_into_chosen_inputs_leaves_the_others_alone()
    {
        Tensor x = Leaf(2), y = Leaf(3);
        autograd.backward(x * y, inputs: [x]);
        Assert.Equal(3, x.grad!.item<float>());
        Assert.Null(y.grad);
        (x * y).backward([tensor(new[] { 10f })]);
        Assert.Equal(33, x.grad!.item<float>());                 // added to what was there
        Assert.Equal(20, y.grad!.item<float>());
    }

    [Fact]
    public void A_graph_serves_twice_only_when_retained()
    {
        var x = Leaf(3);
        var y = (x * x).sum();
        y.backward(retain_graph: true);
        y.backward();
        Assert.Equal(12, x.grad!.item<float>());
        Assert.Contains("second time", Assert.Throws<TorchException>(() => y.backward()).Message);
    }

    [Fact]
    public void Gradients_have_gradients()
    {
        var x = Leaf(2);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        Assert.Equal(12, first.item<float>());
        Assert.Equal(12, autograd.grad([first], [x])[0].item<float>());              // 6 x
    }

    [Fact]
    public void A_tensor_inside_the_graph_keeps_its_gradient_on_request()
    {
        var x = Leaf(2);
        var y = x * x;
        y.retain_grad();
        (y * 5).sum().backward();
        Assert.Equal(5, y.grad!.item<float>());
        Assert.Null((x * 1).detach().grad);
    }

    [Fact]
    public void Detach_cuts_the_graph_and_shares_the_memory()
    {
        var x = Leaf(2);
        var y = x * 3;
        var cut = y.detach();
        Assert.False(cut.requires_grad);
        (y * cut).sum().backward();
        Assert.Equal(18, x.grad!.item<float>());                 // 3 · cut
        using (no_grad()) cut.fill_(1);
        Assert.Equal(1, y.item<float>());
    }

    [Fact]
    public void Leaves_are_those_a_backward_pass_would_reach()
    {
        Tensor x = Leaf(2), w = Leaf(3), other = Leaf(4);
        var leaves = Graph.Leaves((x * w).sum());
        Assert.Equal(2, leaves.Count);
        Assert.Contains(leaves, x.IsSame);
        Assert.Contains(leaves, w.IsSame);
        Assert.DoesNotContain(leaves, other.IsSame);
    }

    [Fact]
    public void Inference_mode_makes_tensors_that_no_graph_takes()
    {
        var x = Leaf(2);
        Tensor made;
        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            Assert.False(is_grad_enabled());
            made = x * 2;
            Assert.True(made.is_inference());
            using (inference_mode(false)) Assert.True((x * 2).requires_grad);
            Assert.True((x * 2).is_inference());
        }
        Assert.False(is_inference_mode_enabled());
        Assert.True((x * 2).requires_grad);
        Assert.Contains("Inference tensors cannot be saved", Assert.Throws<TorchException>(() => x * made).Message);
    }

    [Fact]
    public async Task Modes_follow_await_and_end_in_any_order()
    {
        var x = Leaf(2);
        var outer = inference_mode();
        var inner = set_grad_enabled(false);
        await Task.Delay(5);
        Assert.True((x * 2).is_inference());
        await Task.Run(() => Assert.True((x * 2).is_inference()));
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();                                         // twice changes nothing
        Assert.True((x * 2).requires_grad);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            using var mode = i % 2 == 0 ? no_grad() : enable_grad();
            for (var k = 0; k < 20; k++)
            {
                await Task.Yield();
                Assert.Equal(i % 2 == 1, (x * 2).requires_grad);
            }
        })));
    }
}
