using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests.Autograd;

public class HookTests
{
    [Fact]
    public void A_hook_sees_the_gradient_and_may_replace_it()
    {
        var x = tensor(new[] { 2f }).requires_grad_();
        var y = x * 3;
        var seen = 0f;
        y.register_hook(grad => { seen = grad.item<float>(); });
        using var doubled = y.register_hook(grad => grad * 2);
        (y * 5).sum().backward();
        Assert.Equal(5, seen);
        Assert.Equal(30, x.grad!.item<float>());
    }

    [Fact]
    public void A_removed_hook_is_not_called_again()
    {
        var x = tensor(new[] { 2f }).requires_grad_();
        var calls = 0;
        var hook = x.register_hook(_ => { calls++; });
        (x * 1).backward();
        hook.remove();
        hook.remove();
        (x * 1).backward();
        Assert.Equal(1, calls);
    }

    [Fact]
    public void What_a_hook_throws_comes_out_of_backward_as_it_is()
    {
        var x = tensor(new[] { 2f }).requires_grad_();
        var hook = x.register_hook(_ => throw new KeyNotFoundException("no such key"));
        Assert.Equal("no such key", Assert.Throws<KeyNotFoundException>(() => (x * 2).backward()).Message);
        Assert.Throws<TorchException>(() => x.mm(x));            // the next failure is libtorch's own again
        hook.remove();
        (x * 2).backward();
        Assert.Equal(2, x.grad!.item<float>());
    }

    [Fact]
    public void A_failing_operator_inside_a_hook_names_itself()
    {
        var x = tensor(new[] { 2f }).requires_grad_();
        x.register_hook(grad => grad.mm(grad));
        Assert.Contains("aten::mm(Float[1], Float[1])", Assert.Throws<TorchException>(() => (x * 2).backward()).Message);
    }

    [Fact]
    public void Recording_is_off_inside_a_hook_unless_the_graph_is_created_and_on_again_after()
    {
        var x = tensor(new[] { 2f }).requires_grad_();
        var recording = new List<bool>();
        x.register_hook(grad =>
        {
            using (no_grad()) { }                                // ending a mode in there must not switch recording on
            recording.Add((x * 2).requires_grad);
            recording.Add(is_grad_enabled());
        });
        (x * x).backward();
        (x * x).backward(create_graph: true);
        Assert.Equal([false, false, true, true], recording);
        Assert.True((x * 2).requires_grad);
        x.grad = null;
    }

    [Fact]
    public void A_tensor_without_gradient_takes_no_hook() =>
        Assert.Contains("does not require one", Assert.Throws<InvalidOperationException>(() => ones(1).register_hook(_ => { })).Message);

    [Fact]
    public void Hooks_and_what_they_hold_end_with_their_tensor()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        var held = Hooked();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(held.TryGetTarget(out _));
        Assert.Equal(before, Tensor.TotalCount);

        static WeakReference<object> Hooked()
        {
            using var scope = NewDisposeScope();
            var holds = new object();
            for (var i = 0; i < 1000; i++)
            {
                var x = ones(2).requires_grad_();
                (x * 2).register_hook(grad => grad.mul(holds.GetHashCode()));
                (x * 2).sum().backward();
            }
            return new(holds);
        }
    }
}
