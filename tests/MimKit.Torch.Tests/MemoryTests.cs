using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests;

public class MemoryTests
{
    private static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    public static readonly TheoryData<string> Patterns =
        new("graphs", "exceptions", "by hand", "moved out", "nested", "views and lists", "detached", "functions", "across tasks");

    private static void Step(string pattern, Tensor w)
    {
        using var step = NewDisposeScope();
        switch (pattern)
        {
            case "graphs":
                w.grad = null;
                (w.matmul(w) + w).sum().backward();
                break;
            case "exceptions":
                try { using var inner = NewDisposeScope(); w.matmul(ones(3, 3)); } catch (TorchException) { }
                break;
            case "by hand":
                using (var t = w * 2) t.add_(1).Dispose();
                break;
            case "moved out":
                Tensor kept;
                using (NewDisposeScope()) kept = (w * 2).MoveToOuterDisposeScope();
                kept.sum();
                break;
            case "nested":
                using (NewDisposeScope()) { using (NewDisposeScope()) w.exp(); w.sin(); }
                break;
            case "views and lists":
                foreach (var row in w.unbind(0)) row.t();
                cat([w[..2], w[2..]]).split(2);
                break;
            case "detached":
                w.detach().DetachFromDisposeScope().Dispose();
                break;
            case "functions":
                autograd.grad([w.square().sum()], [w]);
                w.register_hook(g => g * 1).remove();
                break;
            case "across tasks":
                Task.Run(() => w * 2).GetAwaiter().GetResult();
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Ten_thousand_steps_leave_the_count_flat(string pattern)
    {
        var w = randn([4, 4]).requires_grad_();
        Step(pattern, w);
        w.grad = null;
        Settle();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 10_000; i++) Step(pattern, w);
        w.grad = null;
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Tensors_that_nobody_frees_do_not_pile_up()
    {
        Settle();
        var (before, most) = (Tensor.TotalCount, 0L);
        for (var i = 0; i < 500; i++)
        {
            empty(1 << 20);                                                      // 4 MiB behind an object of some bytes; 2 GB in all
            most = Math.Max(most, Tensor.TotalCount - before);
        }
        Assert.InRange(most, 1, 300);
        Settle();
        Assert.InRange(Tensor.TotalCount - before, -1, 1);                       // the last one may still be in a register
    }

    [Fact]
    public void A_scope_that_nobody_ended_is_collected_with_its_tensors()
    {
        Settle();
        var before = Tensor.TotalCount;
        Forget();
        Settle();
        Settle();
        Assert.Equal(before, Tensor.TotalCount);

        static void Forget()
        {
            var thread = new Thread(() => { NewDisposeScope(); for (var i = 0; i < 100; i++) ones(2); });
            thread.Start();
            thread.Join();
        }
    }

    [Fact]
    public void A_tensor_moved_past_a_scope_that_ended_first_belongs_to_the_next_one()
    {
        Settle();
        var before = Tensor.TotalCount;
        using (NewDisposeScope())
        {
            var middle = NewDisposeScope();
            var inner = NewDisposeScope();
            var t = ones(2);
            middle.Dispose();                                                    // in the wrong order
            t.MoveToOuterDisposeScope();
            inner.Dispose();
            Assert.Equal(2, t.sum().item<float>());
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public async Task Every_flow_has_its_own_scope()
    {
        using var outer = NewDisposeScope();
        var flows = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            Tensor inside;
            using (var scope = NewDisposeScope())
            {
                inside = full([1], i);
                await Task.Yield();
                using (NewDisposeScope()) await Task.Delay(1);
                inside.add_(1);
                Assert.Equal(1, scope.DisposablesCount);
                Assert.Equal(i + 1, inside.item<float>());
            }
            return inside;
        })));
        Assert.All(flows, t => Assert.True(t.IsInvalid));
    }

    public static readonly TheoryData<string, Action<Tensor>> Uses = new()
    {
        { "an operator", t => t.add(t) }, { "as an argument", t => ones(1).add(t) }, { "in a list", t => cat([ones(1), t]) }, { "its dtype", t => _ = t.dtype },
        { "its shape", t => _ = t.shape }, { "its device", t => _ = t.device }, { "its size", t => t.numel() }, { "its bytes", t => t.data<float>() }, { "a copy", t => t.ToArray<float>() },
        { "an item", t => t.item<float>() }, { "its gradient", t => _ = t.grad }, { "as a gradient", t => ones(1).grad = t }, { "backward", t => t.backward() },
        { "as an input of grad", t => autograd.grad([t], [t]) }, { "a hook", t => t.register_hook(_ => { }) }, { "requires_grad", t => t.requires_grad = true }, { "alias", t => t.alias() },
        { "an index", t => _ = t[0] }, { "as an index", t => _ = ones(1)[t] }, { "its version", t => _ = t.Version }, { "another device", t => t.cpu() },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_disposed_tensor_says_so(string use, Action<Tensor> touch)
    {
        var t = ones(1);
        t.Dispose();
        t.Dispose();
        Assert.True(t.IsInvalid, use);
        Assert.Contains("was disposed", Assert.Throws<ObjectDisposedException>(() => touch(t)).Message);
        Assert.Equal("[disposed]", t.ToString());
    }

    [Fact]
    public void Live_tensors_are_counted_by_the_line_that_made_them()
    {
        using var watch = TensorSites.Watch();
        using var scope = NewDisposeScope();
        for (var i = 0; i < 3; i++) zeros(256);
        var here = Assert.Single(TensorSites.Live(), s => s.Bytes == 3 * 1024);
        Assert.Equal(3, here.Tensors);
        Assert.Contains(nameof(Live_tensors_are_counted_by_the_line_that_made_them), here.Site);
        Assert.Matches(@"MemoryTests\.cs:\d+", here.Site);
        scope.Dispose();
        Assert.DoesNotContain(TensorSites.Live(), s => s.Site == here.Site);
    }

    [Fact]
    public void Without_a_GPU_the_cache_is_empty_and_the_rest_says_why()
    {
        if (cuda.is_available()) return;
        cuda.empty_cache();
        Assert.Contains("no CUDA device", Assert.Throws<InvalidOperationException>(() => cuda.memory_stats()).Message);
        Assert.Contains("no CUDA device", Assert.Throws<InvalidOperationException>(() => new cuda.Stream()).Message);
        Assert.Contains("no CUDA device", Assert.Throws<InvalidOperationException>(() => new cuda.CUDAGraph()).Message);
        Assert.Throws<TorchException>(() => ones(1).cuda());
    }
}
