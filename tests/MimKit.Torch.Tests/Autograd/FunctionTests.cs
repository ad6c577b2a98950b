using static MimKit.Torch.torch;
using static MimKit.Torch.torch.autograd;

namespace MimKit.Torch.Tests.Autograd;

public class FunctionTests
{
    /// <summary>(x + shift)³, its gradient from what forward saved.</summary>
    private sealed class Cube : SingleTensorFunction<Cube>
    {
        public override string Name => nameof(Cube);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var moved = (Tensor)vars[0] + (double)vars[1];
            ctx.save_for_backward([(Tensor)vars[0]]);
            ctx.save_data("shift", vars[1]);
            return moved.pow(3);
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) =>
            [grad_output * 3 * (ctx.get_saved_variables()[0] + (double)ctx.get_data("shift")).pow(2), null!];
    }

    [Fact]
    public void A_function_of_one_result_gives_its_own_gradient()
    {
        var x = tensor(new[] { 1f, 2 }).requires_grad_();
        var y = Cube.apply(x, 1.0);
        Assert.Equal([8f, 27], y.ToArray<float>());
        y.sum().backward();
        Assert.Equal([12f, 27], x.grad!.ToArray<float>());
    }

    [Fact]
    public void Its_gradient_has_a_gradient()
    {
        var x = tensor(new[] { 1f }).requires_grad_();
        var first = grad([Cube.apply(x, 1.0)], [x], create_graph: true)[0];
        Assert.Equal(12, grad([first], [x])[0].item<float>());               // 6 (x + 1)
    }

    [Fact]
    public void Without_recording_nothing_is_recorded()
    {
        var x = tensor(new[] { 1f }).requires_grad_();
        using (no_grad()) Assert.False(Cube.apply(x, 0.0).requires_grad);
        Assert.False(Cube.apply(ones(1), 0.0).requires_grad);
    }

    /// <summary>Sum and difference; notes which gradients came.</summary>
    private sealed class SumAndDifference : MultiTensorFunction<SumAndDifference>
    {
        public override string Name => nameof(SumAndDifference);

        public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
        {
            ctx.set_materialize_grads((bool)vars[2]);
            return [(Tensor)vars[0] + (Tensor)vars[1], (Tensor)vars[0] - (Tensor)vars[1]];
        }

        public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs) =>
            grad_outputs[1] is null ? [grad_outputs[0] * 100, grad_outputs[0] * 100, null!] : [grad_outputs[0] + grad_outputs[1], grad_outputs[0] - grad_outputs[1], null!];
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 100)]
    public void Gradients_that_did_not_come_are_zeros_or_null(bool zeros, float expected)
    {
        Tensor a = tensor(new[] { 5f }).requires_grad_(), b = tensor(new[] { 3f }).requires_grad_();
        var both = SumAndDifference.apply(a, b, zeros);
        Assert.Equal([8f, 2], both.Select(t => t.item<float>()));
        var gradients = grad([both[0]], [a, b]);
        Assert.Equal([expected, expected], gradients.Select(g => g.item<float>()));
    }

    private sealed class Wrong : SingleTensorFunction<Wrong>
    {
        public static AutogradContext? Kept;
        public override string Name => nameof(Wrong);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            Kept = ctx;
            return vars[1] is "forward" ? throw new FormatException("in forward") : (Tensor)vars[0] * 2;
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) => throw new FormatException("in backward");
    }

    private sealed class TooFew : SingleTensorFunction<TooFew>
    {
        public override string Name => nameof(TooFew);
        public override Tensor forward(AutogradContext ctx, params object[] vars) => (Tensor)vars[0] * 2;
        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) => [grad_output];
    }

    [Fact]
    public void What_goes_wrong_in_it_comes_out_where_it_was_called()
    {
        var x = ones(1).requires_grad_();
        Assert.Equal("in forward", Assert.Throws<FormatException>(() => Wrong.apply(x, "forward")).Message);
        var y = Wrong.apply(x, "backward");
        Assert.Equal("in backward", Assert.Throws<FormatException>(() => y.backward()).Message);
        Assert.Contains("inside the forward or backward", Assert.Throws<InvalidOperationException>(() => Wrong.Kept!.get_saved_variables()).Message);
        Assert.Contains("TooFew.backward returned 1 gradients; forward has 2 arguments", Assert.Throws<InvalidOperationException>(() => TooFew.apply(x, 7).backward()).Message);
    }

    /// <summary>In place: x ← 2 x; beside it the sign, which has no gradient.</summary>
    private sealed class DoubleInPlace : MultiTensorFunction<DoubleInPlace>
    {
        public override string Name => nameof(DoubleInPlace);

        public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            var sign = x.sign();
            x.mul_(2);
            ctx.mark_dirty([x]);
            ctx.mark_non_differentiable([sign]);
            return [x, sign];
        }

        public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs) => [grad_outputs[0] * 2];
    }

    [Fact]
    public void It_may_change_its_argument_and_have_results_without_gradient()
    {
        var x = tensor(new[] { -3f }).requires_grad_();
        var y = x * 1;
        var results = DoubleInPlace.apply(y);
        Assert.Equal(-6, y.item<float>());
        Assert.Equal(-6, results[0].item<float>());
        Assert.False(results[1].requires_grad);
        y.sum().backward();                                                      // y itself has become the result
        Assert.Equal(2, x.grad!.item<float>());
    }

    [Fact]
    public void A_thousand_calls_leave_nothing_behind()
    {
        var x = ones(4).requires_grad_();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 1000; i++)
        {
            using var step = NewDisposeScope();
            x.grad = null;
            var y = Cube.apply(x, 1.0);
            if (i % 3 == 0) y.sum().backward();
            else if (i % 3 == 1) try { Wrong.apply(y, "x").sum().backward(); } catch (FormatException) { }
        }
        Assert.Equal(before, Tensor.TotalCount);
    }
}
