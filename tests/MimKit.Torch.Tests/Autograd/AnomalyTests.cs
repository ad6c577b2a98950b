using MimKit.Torch.Modules;
using static MimKit.Torch.torch;
using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Tests.Autograd;

public class AnomalyTests
{
    private sealed class Root() : Module<Tensor, Tensor>("Root")
    {
        public override Tensor forward(Tensor x) => x.sqrt();
    }

    private sealed class Net : Module<Tensor, Tensor>
    {
        public readonly ModuleList<Module<Tensor, Tensor>> blocks = ModuleList<Module<Tensor, Tensor>>(Linear(2, 2), Sequential(ReLU(), new Root()));

        public Net() : base(nameof(Net))
        {
            RegisterComponents();
            init.constant_(((Linear)blocks[0]).weight, 1);
            init.constant_(((Linear)blocks[0]).bias!, 0);
        }

        public override Tensor forward(Tensor x) => blocks.Aggregate(x, (y, b) => b.call(y));
    }

    [Fact]
    public void The_first_NaN_names_its_operator_and_its_module()
    {
        using var net = new Net();
        using var mode = autograd.detect_anomaly();
        init.constant_(((Linear)net.blocks[0]).weight, float.MaxValue);
        var message = Assert.Throws<TorchException>(() => net.call(ones(1, 2))).Message;
        Assert.StartsWith("aten::linear(Float[1, 2], Float[2, 2], Float[2]): in module Net.blocks.0 (Linear): gave the first infinity, 2 of 2 values of Float[1, 2]", message);
        Assert.Contains("what it was given has no infinity", message);
    }

    [Fact]
    public void A_gradient_names_the_module_whose_forward_made_it()
    {
        using var net = new Net();
        using (autograd.detect_anomaly())
        {
            var y = net.call(zeros(1, 2)).sum();                 // sqrt has an infinite slope at 0
            var message = Assert.Throws<TorchException>(() => y.backward()).Message;
            Assert.Contains("the gradient of aten::sqrt (SqrtBackward0), called in module Net.blocks.1.1 (Root), holds the first infinity, 2 of 2 values", message);
        }
        net.call(zeros(1, 2)).sum().backward();                  // off again: nobody looks
    }

    [Fact]
    public void The_inner_steps_of_a_composite_operator_are_watched_too()
    {
        using var mode = autograd.detect_anomaly();
        var x = full([2], 1e-20).requires_grad_();
        var y = (einsum("i,j->ij", x, full([2], 1e38)) * 1e10).sum();           // finite, its gradient 1e48 is not
        Assert.Contains("the gradient of aten::einsum (", Assert.Throws<TorchException>(() => y.backward()).Message);
    }

    [Fact]
    public void Infinities_put_in_on_purpose_pass_and_what_comes_of_them_does_not()
    {
        using var mode = autograd.detect_anomaly();
        var logits = zeros(2, 2).masked_fill(tensor(new[] { true, false, false, false }).reshape(2, 2), double.NegativeInfinity);
        Assert.Equal(1, (logits + 1).softmax(-1)[0, 1].item<float>());
        var hidden = zeros(1, 2).masked_fill(ones([1, 2], @bool), double.NegativeInfinity);
        Assert.Contains("gave the first NaN, 2 of 2 values", Assert.Throws<TorchException>(() => hidden.softmax(-1)).Message);
    }

    [Fact]
    public void A_NaN_in_the_data_is_said_to_come_with_it()
    {
        var x = tensor(new[] { 1f, float.NaN });
        using var mode = autograd.detect_anomaly();
        Assert.Contains("was given the first NaN, 1 of 2 values", Assert.Throws<TorchException>(() => x + 1).Message);
        Assert.Equal([false, true], x.isnan().ToArray<bool>());
        using (autograd.set_detect_anomaly(true, check_nan: false)) Assert.True(float.IsNaN((x + 1)[1].item<float>()));
        Assert.True(mode.IsEnabled);
    }
}
