using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Torch.Tests.Operators;

/// <summary>Operators whose answer is not unique, or random: held to what defines them.</summary>
public class LinalgTests
{
    static Tensor Square()
    {
        manual_seed(4);
        return randn(4, 4);
    }

    [Fact]
    public void Factors_multiply_to_the_matrix()
    {
        var a = randn(5, 3);
        var (u, s, vh) = linalg.svd(a, fullMatrices: false);
        Assert.True((u * s).matmul(vh).allclose(a, 1e-4, 1e-5));
        var (q, r) = linalg.qr(a);
        Assert.True(q.matmul(r).allclose(a, 1e-4, 1e-5));
        Assert.True(q.t().matmul(q).allclose(eye(3), 1e-4, 1e-5));
        var symmetric = Square().matmul(Square().t());
        var (values, vectors) = linalg.eigh(symmetric);
        Assert.True((vectors * values).matmul(vectors.t()).allclose(symmetric, 1e-4, 1e-4));
    }

    [Fact]
    public void Least_squares_leaves_a_residual_at_right_angles()
    {
        Tensor a = randn(6, 3), b = randn(6, 2);
        var solution = linalg.lstsq(a, b).Solution;
        Assert.True(a.t().matmul(a.matmul(solution) - b).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void Dropouts_keep_the_mean_and_drop_their_share()
    {
        manual_seed(1);
        var x = ones(200, 100, 2, 2);
        foreach (var y in new[] { F.dropout(x, .25), F.dropout2d(x, .25) })
        {
            Assert.InRange(y.mean().item<float>(), .97f, 1.03f);
            Assert.InRange(y.eq(0).to(float32).mean().item<float>(), .23f, .27f);
        }
        Assert.True(F.dropout2d(x, .5).sum([2, 3]).div(4).frac().eq(0).all().item<bool>());       // whole channels
        var normal = randn(20_000);
        Assert.InRange(F.alpha_dropout(normal, .25, true).std().item<float>(), .95f, 1.05f);
    }

    [Fact]
    public void Indexing_agrees_with_loops()
    {
        var rng = new Random(5);
        for (var trial = 0; trial < 60; trial++)
        {
            int a = rng.Next(1, 5), b = rng.Next(1, 5), c = rng.Next(1, 5);
            var x = arange(a * b * c).reshape(a, b, c);
            long At(int i, int j, int k) => (i * b + j) * c + k;
            int i0 = rng.Next(-a, a), from = rng.Next(0, b), to = rng.Next(from, b + 1), step = rng.Next(1, 3);
            var range = Enumerable.Range(0, b).Where(j => j >= from && j < to && (j - from) % step == 0).ToArray();
            Assert.Equal(range.SelectMany(j => Enumerable.Range(0, c).Select(k => At((i0 + a) % a, j, k))), x[i0, TensorIndex.Slice(from, to, step)].ToArray<long>());
            var picked = Enumerable.Range(0, 3).Select(_ => (long)rng.Next(-c, c)).ToArray();
            Assert.Equal(Enumerable.Range(0, a).SelectMany(i => picked.Select(p => At(i, 0, (int)((p + c) % c)))), x[.., 0, tensor(picked)].ToArray<long>());
            Assert.Equal(x[TensorIndex.Ellipsis, 0].ToArray<long>(), x.select(2, 0).ToArray<long>());
            Assert.Equal([a, 1, b, c], x[.., TensorIndex.None].shape);

            var mask = Enumerable.Range(0, a * b * c).Select(_ => rng.Next(2) == 0).ToArray();
            Assert.Equal(Enumerable.Range(0, mask.Length).Where(n => mask[n]).Select(n => (long)n), x[tensor(mask, [a, b, c])].ToArray<long>());
            var written = x.clone();
            written[.., tensor(new long[] { b - 1 })] = tensor(-1L);
            Assert.Equal(Enumerable.Range(0, a * b * c).Select(n => n / c % b == b - 1 ? -1L : n), written.ToArray<long>());
            written[tensor(mask, [a, b, c])] = tensor(-2L);
            Assert.Equal(mask.Count(m => m), written.eq(-2).sum().item<long>());
            Assert.Equal(2L, zeros([3], int64).index_put_(ones([2], int64), [tensor(new long[] { 1, 1 })], true)[1].item<long>());
        }
    }

    [Fact]
    public void Broadcasting_agrees_with_loops()
    {
        var rng = new Random(6);
        for (var trial = 0; trial < 60; trial++)
        {
            var shape = Enumerable.Range(0, 3).Select(_ => (long)rng.Next(1, 4)).ToArray();
            long[] One() => shape.Select(n => rng.Next(2) == 0 ? n : 1).Skip(rng.Next(0, 3)).ToArray();
            Tensor a = randn(One()), b = randn(One());
            var sum = a + b;
            var dims = sum.shape;
            Assert.Equal(dims, Enumerable.Range(0, dims.Length).Select(d => Math.Max(Size(a, d - dims.Length), Size(b, d - dims.Length))));
            for (var n = 0; n < sum.numel(); n++)
                Assert.Equal(Value(a, n, dims) + Value(b, n, dims), sum.reshape(-1)[n].item<float>(), 6);
        }

        static long Size(Tensor t, int fromEnd) => t.ndim + fromEnd < 0 ? 1 : t.shape[t.ndim + fromEnd];
        static float Value(Tensor t, long flat, long[] dims)
        {
            var x = t;
            for (var d = dims.Length - 1; d >= 0; d--)
            {
                var (i, own) = (flat % dims[d], d - dims.Length + (int)t.ndim);
                flat /= dims[d];
                if (own >= 0) x = x.select(own, t.shape[own] == 1 ? 0 : i);
            }
            return x.item<float>();
        }
    }

    [Fact]
    public void Any_operator_is_reached_by_its_name()
    {
        var reduced = ops("aten::scatter_reduce.two", zeros(2), 0, tensor(new[] { 0L, 0, 1 }), tensor(new[] { 1f, 5, 3 }), "amax");
        Assert.Equal([5f, 3], reduced[0].ToArray<float>());
        Assert.Equal(2, ops("aten::max.dim", ones(2, 3), 1).Length);
        Assert.StartsWith("aten::mm(Tensor self", schema("aten::mm"));
        Assert.Contains("schema: aten::mm(", Assert.Throws<TorchException>(() => ops("aten::mm", ones(2, 2), 3L)).Message);
        Assert.Contains("aten::mm", Assert.Throws<TorchException>(() => ops("mm", ones(2, 2))).Message);
    }
}
