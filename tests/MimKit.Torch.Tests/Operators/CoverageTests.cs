using System.Reflection;
using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests.Operators;

public class CoverageTests
{
    static readonly string[] Elsewhere =
    [
        // GeneratorTests: what is random
        "bernoulli", "bernoulli_", "cauchy_", "exponential_", "geometric_", "log_normal_", "multinomial", "normal", "normal_", "poisson", "rand", "rand_like", "randint",
        "randint_like", "randn", "randn_like", "random_", "randperm", "uniform_", "get_rng_state", "set_rng_state",
        // LinalgTests: what has more than one right answer
        "svd", "qr", "eigh", "lstsq", "dropout", "dropout2d", "alpha_dropout", "index", "index_put_",
        // ConversionTests, TensorTests, MemoryTests, Autograd: what makes, moves, keeps and describes tensors
        "empty", "empty_like", "from_array", "new_empty", "new_full", "new_ones", "new_zeros", "tensor", "result_type", "is_floating_point", "is_same_size",
        "to", "to_type", "type", "cpu", "cuda", "pin_memory", "requires_grad_", "alias", "IsSame", "UnsafeCreateTensor", "DetachFromDisposeScope", "MoveToOuterDisposeScope",
    ];

    /// <summary>A public operator that no stored case and no test named here calls fails this test.</summary>
    [Fact]
    public void Every_public_operator_has_a_test()
    {
        var stored = StoredCase.All.Select(c => c.Name.Split('.')[1]).ToHashSet();
        var untested = new[] { typeof(Tensor), typeof(torch), typeof(nn.functional), typeof(linalg), typeof(special) }
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => !m.IsSpecialName && (m.ReturnType == typeof(Tensor) || m.GetParameters().Any(p => p.ParameterType == typeof(Tensor))))
            .Select(m => m.Name).Distinct()
            .Where(n => !stored.Contains(n) && !(n.EndsWith('_') && stored.Contains(n[..^1])) && !Elsewhere.Contains(n)).Order(StringComparer.Ordinal).ToArray();
        Assert.True(untested.Length == 0, string.Join(" ", untested));
    }
}
