using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Runtime.Tests;

/// <summary>Every native kernel against its composition of libtorch's operators: values and all gradients.</summary>
public class FusedTests
{
    private static Tensor Normal(params long[] shape) => randn(shape);

    // Runs both versions from the same leaves; the loss weighs every output differently so that no gradient cancels.
    private static void Same(ScalarType type, double tolerance, Tensor[] leaves, Func<Tensor[], Tensor[]> fused, Func<Tensor[], Tensor[]> plain)
    {
        var (a, ga) = Run(leaves, fused);
        var (b, gb) = Run([.. leaves.Select(l => l.to(l.dtype == torch.bfloat16 || l.dtype == float32 ? float64 : l.dtype))], plain);
        foreach (var ((x, y), i) in a.Zip(b).Select((p, i) => (p, i))) Close(x, y, tolerance, $"{type} output {i}");
        foreach (var ((x, y), i) in ga.Zip(gb).Select((p, i) => (p, i))) Close(x, y, 2 * tolerance, $"{type} gradient {i}");
    }

    private static (Tensor[] Outputs, Tensor[] Gradients) Run(Tensor[] leaves, Func<Tensor[], Tensor[]> f)
    {
        var own = leaves.Select(l => l.dtype == int64 ? l : l.clone().requires_grad_()).ToArray();
        var outputs = f(own);
        manual_seed(5);
        var loss = outputs.Select(o => (o.to(float64) * randn(o.shape, float64)).sum()).Aggregate((x, y) => x + y);
        loss.backward();
        return (outputs, [.. own.Where(l => l.requires_grad).Select(l => l.grad!)]);
    }

    private static void Close(Tensor x, Tensor y, double tolerance, string what)
    {
        var scale = Math.Max(1e-6, y.to(float64).abs().max().item<double>());
        var error = (x.to(float64) - y.to(float64)).abs().max().item<double>() / scale;
        Assert.True(error < tolerance, $"{what}: relative error {error:g3}, allowed {tolerance:g3}");
    }

    public static TheoryData<ScalarType, double> Types => new() { { ScalarType.Float32, 2e-5 }, { ScalarType.BFloat16, 3e-2 } };

    [Theory, MemberData(nameof(Types))]
    public void Linear_equals_its_composition(ScalarType type, double tolerance)
    {
        manual_seed(1);
        Same(type, tolerance, [Normal(3, 5, 24).to(type), Normal(40, 24), Normal(40)],
            l => [Fused.Linear(l[0], l[1], l[2])], l => [F.linear(l[0], l[1], l[2])]);
        Same(type, tolerance, [Normal(3, 5, 24).to(type), Normal(40, 24)],
            l => [Fused.Linear(l[0], l[1])], l => [F.linear(l[0], l[1])]);
    }

    [Theory, MemberData(nameof(Types))]
    public void LinearGelu_equals_its_composition(ScalarType type, double tolerance)
    {
        manual_seed(2);
        Same(type, tolerance, [Normal(7, 24).to(type), Normal(50, 24), Normal(50)],
            l => [Fused.LinearGelu(l[0], l[1], l[2])], l => [F.gelu(F.linear(l[0], l[1], l[2]))]);
    }

    [Theory, MemberData(nameof(Types))]
    public void LayerNorm_equals_its_composition(ScalarType type, double tolerance)
    {
        manual_seed(3);
        Same(type, tolerance, [Normal(4, 6, 37), Normal(37), Normal(37)],
            l => [Fused.LayerNorm(l[0], l[1], l[2], 1e-6, type)], l => [F.layer_norm(l[0], [37], l[1], l[2], 1e-6)]);
    }

    [Theory, MemberData(nameof(Types))]
    public void AddLayerNorm_equals_its_composition(ScalarType type, double tolerance)
    {
        manual_seed(4);
        Same(type, tolerance, [Normal(4, 6, 48), Normal(4, 6, 48).to(type), Normal(48), Normal(48)],
            l => { var (s, n) = Fused.AddLayerNorm(l[0], l[1], l[2], l[3], 1e-6); return [s, n]; },
            l => { var s = l[0] + l[1]; return [s, F.layer_norm(s, [48], l[2], l[3], 1e-6)]; });
    }

    [Theory, MemberData(nameof(Types))]
    public void Attention_equals_its_composition(ScalarType type, double tolerance)
    {
        manual_seed(6);
        foreach (var (n, heads, d) in new[] { (13, 6, 32), (50, 4, 32), (7, 3, 20), (197, 2, 64), (1, 1, 8) })
            Same(type, tolerance, [Normal(2, n, 3 * heads * d).to(type)],
                l => [Fused.Attention(l[0], heads, 1 / Math.Sqrt(d))], l => [Plain.Attention(l[0], heads, 1 / Math.Sqrt(d), null)]);
    }

    [Theory, MemberData(nameof(Types))]
    public void Attention_with_a_bias_equals_its_composition_and_the_bias_has_its_gradient(ScalarType type, double tolerance)
    {
        manual_seed(7);
        foreach (var (n, heads, d) in new[] { (13, 6, 32), (50, 4, 32), (7, 3, 20), (197, 2, 64) })
            Same(type, tolerance, [Normal(5, n, 3 * heads * d).to(type), Normal(heads, n, n)],
                l => [Fused.Attention(l[0], heads, 1 / Math.Sqrt(d), l[1])], l => [Plain.Attention(l[0], heads, 1 / Math.Sqrt(d), l[1])]);
        Assert.Contains("[2, 5, 5]", Assert.Throws<TorchException>(() => Fused.Attention(Normal(1, 5, 24), 2, 1, Normal(2, 5, 6))).Message);
    }

    [Theory, MemberData(nameof(Types))]
    public void Tokens_are_taken_and_placed(ScalarType type, double tolerance)
    {
        manual_seed(8);
        var ids = tensor(new long[] { 4, 0, 2, 1, 3, 5 }, [2, 3]);
        Same(type, tolerance, [Normal(2, 6, 9).to(type)],
            l => [Fused.TakeTokens(l[0], ids)], l => [l[0].gather(1, ids.unsqueeze(-1).expand(-1, -1, 9))]);
        Same(type, tolerance, [Normal(2, 3, 9).to(type), Normal(9)],
            l => [Fused.PlaceTokens(l[0], ids, l[1], 6)],
            l => [l[1].reshape(1, 1, -1).expand(2, 6, -1).scatter(1, ids.unsqueeze(-1).expand(-1, -1, 9), l[0])]);
        Assert.Contains("outside [0, 4)", Assert.Throws<TorchException>(() => Fused.TakeTokens(Normal(2, 4, 3), ids)).Message);
    }

    [Fact]
    public void NearestCentre_takes_the_first_of_equals()
    {
        var points = tensor(new[] { .5f, 0, .9f, 1, -1, .2f }, [3, 2]);
        var (ids, distance) = Fused.NearestCentre(points, tensor(new[] { 2f, 0, 0, 1, -3, 0 }, [3, 2]));
        Assert.Equal([1L, 1, 1], ids.ToArray<long>());                            // METHODS 6.5
        Assert.Equal([1.25f, .81f, 1.64f], distance.ToArray<float>().Select(v => MathF.Round(v, 5)));
        Assert.Equal([0L], Fused.NearestCentre(zeros(1, 2), ones(5, 2)).Ids.ToArray<long>());
    }

    [Theory] // around the sizes of a tile of points, a panel of centres and a block of panels
    [InlineData(1, 1, 1)]
    [InlineData(13, 33, 5)]
    [InlineData(400, 31, 3)]
    [InlineData(25, 3000, 64)]
    [InlineData(1000, 100, 384)]
    public void NearestCentre_equals_distances_in_float64(int n, int k, int d)
    {
        using var scope = NewDisposeScope();
        manual_seed(n);
        var (x, c) = (randn(n, d), randn(k, d));
        var (ids, distance2) = Fused.NearestCentre(x, c);
        var all = (x.to(float64).unsqueeze(1) - c.to(float64).unsqueeze(0)).square().sum(-1L);
        Assert.Equal(all.argmin(1).ToArray<long>(), ids.ToArray<long>());
        Assert.True(distance2.to(float64).allclose(all.amin([1]), rtol: 1e-4, atol: 1e-4));
    }

    [Fact]
    public void NearestCentre_is_the_same_for_any_number_of_threads_and_says_NaN()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var (x, c) = (randn(20_000, 16), randn(200, 16));
        x[7][3].fill_(float.NaN);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Fused.NearestCentre(x, c);
            set_num_threads(3);
            var three = Fused.NearestCentre(x, c);
            Assert.True(one.Ids.equal(three.Ids));
            Assert.True(one.Distance2.nan_to_num(-1).equal(three.Distance2.nan_to_num(-1)));
            Assert.True(float.IsNaN(one.Distance2[7].item<float>()));
            Assert.Equal(0, one.Ids[7].item<long>());
            Assert.Equal(1, one.Distance2.isnan().sum().item<long>());
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Rows_are_added_in_float64_where_their_ids_say()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var (x, ids) = (randn(5_000, 70), randint(0, 9, [5_000]));
        var sums = zeros([9, 70], float64);
        Fused.AddRowsInPlace(sums, x, ids);
        Assert.True(sums.allclose(zeros([9, 70], float64).index_add_(0, ids, x.to(float64), 1), rtol: 1e-12, atol: 1e-12));
        Assert.Contains("outside 9 sums", Assert.ThrowsAny<Exception>(() => Fused.AddRowsInPlace(sums, x, ids + 1)).Message);
        Assert.Contains(Fused.KernelLevel, new[] { "baseline", "avx2", "avx512" });
    }

    [Fact]
    public void NearestCentre_equals_the_full_distance_matrix_over_many_tiles()
    {
        manual_seed(9);
        Tensor x = randn([20_000, 16]), c = randn([300, 16]);
        var (ids, _) = Fused.NearestCentre(x, c);
        var full = (x.square().sum(1, true) + c.square().sum(1) - 2 * x.mm(c.t())).argmin(1);
        Assert.True(ids.ne(full).sum().item<long>() <= 2);                        // float32 near-ties may differ
    }

    [Fact]
    public void A_changed_weight_is_used_at_once_in_bf16()
    {
        var w = new Parameter(ones(4, 4));
        var x = ones([1, 4], torch.bfloat16);
        Assert.Equal(16, Fused.Linear(x, w).sum().to(float32).item<float>());
        using (no_grad()) w.mul_(2);
        Assert.Equal(32, Fused.Linear(x, w).sum().to(float32).item<float>());
    }

    [Theory, MemberData(nameof(Types))]
    public void A_NaN_comes_through(ScalarType type, double _)
    {
        Tensor Bad(params long[] shape) { var x = randn(shape); x.view(-1)[3] = tensor(float.NaN); return x.to(type); }
        Assert.True(Fused.Attention(Bad(1, 5, 24), 2, 1).isnan().any().item<bool>());
        Assert.True(Fused.LinearGelu(Bad(4, 8), ones(8, 8), ones(8)).isnan().any().item<bool>());
        Assert.True(Fused.LayerNorm(Bad(4, 8), ones(8), ones(8), 1e-6, type).isnan().any().item<bool>());
    }

    [Fact]
    public void Clipping_scales_by_the_global_norm()
    {
        var (a, b) = (new Parameter(zeros(1)), new Parameter(zeros(1)));
        (a.grad, b.grad) = (tensor(new[] { 3f }), tensor(new[] { 4f }));
        var norm = Gradients.Norm([a, b]);
        Assert.Equal(5, norm.item<float>(), 5);
        Assert.Equal(.2f, Gradients.ClipFactor(norm, 1).item<float>(), 5);
        Assert.Equal(1f, Gradients.ClipFactor(norm, 10).item<float>(), 5);
    }

    [Fact]
    public void A_moving_average_follows()
    {
        var average = zeros(5);
        Gradients.MovingAverage([average], [ones(5)], .9);
        Assert.Equal(.1f, average[0].item<float>(), 6);
    }
}
