using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests;

public class TensorTests
{
    [Fact]
    public void Arithmetic_broadcasts_and_promotes()
    {
        var a = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        var b = tensor(new long[] { 10, 20, 30 });
        Assert.Equal([11f, 22, 33, 14, 25, 36], (a + b).ToArray<float>());
        Assert.Equal([.5f, 1, 1.5f, 2, 2.5f, 3], (a / 2).ToArray<float>());
        Assert.Equal([9f, 8, 7, 6, 5, 4], (10 - a).ToArray<float>());
    }

    [Fact]
    public void Reductions_follow_PyTorch()
    {
        var a = tensor(new float[] { 1, 2, 3, 4, 5, 9 }, [2, 3]);
        Assert.Equal(24, a.sum().item<float>());
        Assert.Equal([2f, 6], a.mean([1]).ToArray<float>());
        Assert.Equal([1f, 7], a.var(1).ToArray<float>());                       // unbiased, as PyTorch
        var (values, at) = a.max(1);
        Assert.Equal([3f, 9], values.ToArray<float>());
        Assert.Equal([2L, 2], at.ToArray<long>());
        Assert.Equal([9f, 5], a.topk(2).values[1].ToArray<float>());
    }

    [Theory]
    [InlineData(1, 2, new long[] { 4 })]
    [InlineData(0, 3, new long[] { 3, 4 })]
    public void Ranges_index_like_slices(int row, int rows, long[] shape)
    {
        var x = arange(24).reshape(3, 2, 4);
        var y = rows == 2 ? x[row, 1] : x[.., row];
        Assert.Equal(shape, y.shape);
        Assert.Equal(rows == 2 ? 12 : 0, y.reshape(-1)[0].item<long>());
    }

    [Fact]
    public void Tensors_index_and_masks_select()
    {
        var x = arange(12).reshape(3, 4);
        Assert.Equal([11L, 3], x[tensor(new long[] { 2, 0 }), tensor(new long[] { 3, 3 })].ToArray<long>());
        Assert.Equal([7L, 8, 9, 10, 11], x[x.gt(6)].ToArray<long>());
        Assert.Equal([2L, 6, 10], x[TensorIndex.Ellipsis, 2].ToArray<long>());
        Assert.Equal([3L, 1, 4], x.unsqueeze(0)[.., .., TensorIndex.Slice(null, null, 2)].shape.Select(_ => 0L).Zip([3L, 1, 4], (_, b) => b).ToArray());
        x[1, ..] = tensor(0L);
        Assert.Equal(0, x[1].sum().item<long>());
    }

    [Fact]
    public void Too_many_indices_are_refused() =>
        Assert.Contains("3 indices for a tensor of 2", Assert.Throws<IndexOutOfRangeException>(() => arange(4).reshape(2, 2)[0, 0, 0]).Message);

    [Fact]
    public void Gradients_flow_and_no_grad_stops_them()
    {
        var x = tensor(new float[] { 3 }).requires_grad_();
        (x * x).sum().backward();
        Assert.Equal(6, x.grad!.item<float>());
        using (no_grad()) Assert.False((x * x).requires_grad);
        Assert.True((x * x).requires_grad);
    }

    [Fact]
    public async Task Grad_mode_and_scope_follow_await_and_leave_other_threads_alone()
    {
        var x = tensor(new float[] { 3 }).requires_grad_();
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            await Task.Delay(5);
            Assert.False((x * x).requires_grad);
            await Task.Run(() => Assert.False((x * x).requires_grad));
        }
        bool? elsewhere = null;
        var thread = new Thread(() => elsewhere = (x * x).requires_grad);
        using (no_grad()) { using (ExecutionContext.SuppressFlow()) thread.Start(); thread.Join(); }
        Assert.True(elsewhere);
        Assert.True(scope.DisposablesCount > 0);
    }

    [Fact]
    public void A_scope_frees_what_was_not_moved_out()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        Tensor kept;
        using (NewDisposeScope())
        {
            var a = ones(4, 4);
            using (NewDisposeScope()) kept = (a + a).MoveToOuterDisposeScope();
            Assert.Equal(32, kept.sum().item<float>());
            kept.DetachFromDisposeScope();
        }
        Assert.Equal(before + 1, Tensor.TotalCount);
        kept.Dispose();
        kept.Dispose();                                                          // twice is harmless
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Contains("was disposed", Assert.Throws<ObjectDisposedException>(() => kept.sum()).Message);
    }

    [Fact]
    public void An_error_names_the_operator_and_the_shapes()
    {
        var message = Assert.Throws<TorchException>(() => ones(2, 3).mm(ones(4, 5))).Message;
        Assert.Contains("aten::mm(Float[2, 3], Float[4, 5])", message);
        Assert.Contains("2x3 and 4x5", message);
        Assert.DoesNotContain(".cpp", message);
    }

    [Fact]
    public void An_unknown_operator_and_a_wrong_argument_are_named()
    {
        Assert.Contains("aten::no_such_thing", Assert.Throws<TorchException>(() => new Op("aten::no_such_thing").Call()).Message);
        Assert.Contains("argument 1 (mat2) must be a tensor", Assert.Throws<TorchException>(() => new Op("aten::mm").Call(ones(2, 2), 3L)).Message);
        Assert.Contains("has no default", Assert.Throws<TorchException>(() => new Op("aten::mm").Call(ones(2, 2))).Message);
    }

    [Fact]
    public void Values_round_trip_in_every_type()
    {
        Assert.Equal([1.5f, -2], tensor(new[] { 1.5f, -2 }).ToArray<float>());
        Assert.Equal([1L << 40], tensor(new[] { 1L << 40 }).ToArray<long>());
        Assert.Equal([true, false], tensor(new[] { true, false }).ToArray<bool>());
        Assert.Equal([1f, 2.5f], tensor(new[] { 1f, 2.5f }).to(torch.bfloat16).to(float32).ToArray<float>());
        Assert.Contains("cannot be read as Double", Assert.Throws<ArgumentException>(() => ones(2).ToArray<double>()).Message);
        Assert.Contains("holds 6", Assert.Throws<ArgumentException>(() => tensor(new float[5], [2, 3])).Message);
    }

    [Fact]
    public void Random_numbers_follow_the_seed()
    {
        manual_seed(7);
        var a = randn(5).ToArray<float>();
        manual_seed(7);
        Assert.Equal(a, randn(5).ToArray<float>());
    }
}
