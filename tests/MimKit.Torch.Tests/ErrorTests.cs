using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Torch.Tests;

public class ErrorTests
{
    public static TheoryData<TorchErrorKind, string, Action> Failures => new()
    {
        { TorchErrorKind.OutOfMemory, "aten::empty", () => empty([1L << 50]) },
        { TorchErrorKind.DeviceMismatch, "aten::add", () => ones(2).add(ones([2], device: META)) },
        { TorchErrorKind.DtypeMismatch, "aten::mm", () => ones(2, 2).mm(ones([2, 2], float64)) },
        { TorchErrorKind.DtypeMismatch, "aten::index_select", () => ones(3).index_select(0, ones(1)) },
        { TorchErrorKind.DtypeMismatch, "aten::add_", () => ones([2], int64).add_(1.5) },
        { TorchErrorKind.DtypeMismatch, "aten::linalg_inv", () => linalg.inv(ones([2, 2], int32)) },
        { TorchErrorKind.ShapeMismatch, "aten::mm", () => ones(2, 3).mm(ones(4, 5)) },
        { TorchErrorKind.ShapeMismatch, "aten::add", () => ones(2, 3).add(ones(2, 4)) },
        { TorchErrorKind.ShapeMismatch, "aten::cat", () => cat([ones(2, 3), ones(3, 4)]) },
        { TorchErrorKind.ShapeMismatch, "aten::reshape", () => ones(2, 3).reshape(7) },
        { TorchErrorKind.ShapeMismatch, "aten::expand", () => ones(2, 3).expand(4, 3) },
        { TorchErrorKind.ShapeMismatch, "aten::conv2d", () => F.conv2d(ones(1, 3, 4, 4), ones(2, 4, 1, 1)) },
        { TorchErrorKind.ShapeMismatch, "aten::index", () => _ = zeros(3)[tensor(new[] { true, false })] },
        { TorchErrorKind.IndexOutOfRange, "aten::select", () => ones(3).select(0, 5) },
        { TorchErrorKind.IndexOutOfRange, "aten::sum", () => ones(3).sum(4) },
        { TorchErrorKind.IndexOutOfRange, "aten::gather", () => ones(3).gather(0, tensor(new[] { 7L })) },
        { TorchErrorKind.IndexOutOfRange, "aten::cross_entropy_loss", () => F.cross_entropy(ones(2, 3), tensor(new[] { 0L, 9 })) },
        { TorchErrorKind.NotSupported, "aten::neg", () => ones([2], @bool).neg() },
        { TorchErrorKind.NotSupported, "aten::cholesky", () => ones([2, 2], float16).cholesky() },
        { TorchErrorKind.BadArgument, "aten::mm", () => torch.ops("aten::mm", ones(2, 2), 3L) },
        { TorchErrorKind.Other, "aten::linalg_inv", () => linalg.inv(zeros(2, 2)) },
    };

    [Theory, MemberData(nameof(Failures))]
    public void A_failure_says_its_kind_and_its_operator_and_nothing_of_the_stack(TorchErrorKind kind, string name, Action call)
    {
        var e = Assert.Throws<TorchException>(call);
        Assert.True(kind == e.Kind, $"{e.Kind}: {e.Message}");
        Assert.Equal(name, e.Operator);
        Assert.StartsWith(name, e.Message);
        Assert.DoesNotContain("frame #", e.Message);
        Assert.Empty(e.NativeStack);
        Assert.InRange(e.Message.Length, 20, 400);
    }

    [Fact]
    public void An_error_keeps_what_the_operator_was_given()
    {
        var e = Assert.Throws<TorchException>(() => ones(2, 3).mm(ones([4, 5], float64)));
        Assert.Equal(["Float32[2, 3]", "Float64[4, 5]"], e.Tensors.Select(t => t.ToString()));
        var cat = Assert.Throws<TorchException>(() => torch.cat([ones(2, 3), ones([3, 4], int64)]));
        Assert.Equal([2L, 3], cat.Tensors[0].Shape);
        Assert.Equal((int64, CPU), (cat.Tensors[1].Dtype, cat.Tensors[1].Device));
    }

    [Fact]
    public void The_native_stack_is_kept_apart_from_the_message()
    {
        var e = new TorchException("aten::mm(Float[2]): wrong\nException raised from here at Mm.cpp:3 (most recent call first):\nframe #0: a\n");
        Assert.Equal("aten::mm(Float[2]): wrong", e.Message);
        Assert.StartsWith("Exception raised from here", e.NativeStack);
    }

    [Fact]
    public void Memory_that_is_not_there_leaves_the_process_well()
    {
        Assert.Throws<TorchException>(() => ones(1 << 20).expand(1 << 20, 1 << 20).contiguous());
        Assert.Equal(4, ones(2, 2).sum().item<float>());
    }
}
