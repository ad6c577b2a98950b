using System.Reflection;
using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests;

/// <summary>What C# writes with symbols: every operator in every form, against arithmetic on doubles.</summary>
public class SymbolTests
{
    static readonly double[] Left = [1, -2, 3.5, 0.5], Right = [2, 0.5, -3, 0.5];

    public static TheoryData<string, Func<Tensor, Tensor, Tensor>, Func<Tensor, Scalar, Tensor>, Func<Scalar, Tensor, Tensor>?, Func<double, double, double>> Binary => new()
    {
        { "Addition", (a, b) => a + b, (a, b) => a + b, (a, b) => a + b, (a, b) => a + b },
        { "Subtraction", (a, b) => a - b, (a, b) => a - b, (a, b) => a - b, (a, b) => a - b },
        { "Multiply", (a, b) => a * b, (a, b) => a * b, (a, b) => a * b, (a, b) => a * b },
        { "Division", (a, b) => a / b, (a, b) => a / b, (a, b) => a / b, (a, b) => a / b },
        { "Modulus", (a, b) => a % b, (a, b) => a % b, null, (a, b) => a - b * Math.Floor(a / b) },                  // Python's sign: the divisor's
        { "LessThan", (a, b) => a < b, (a, b) => a < b, (a, b) => a < b, (a, b) => a < b ? 1 : 0 },
        { "LessThanOrEqual", (a, b) => a <= b, (a, b) => a <= b, (a, b) => a <= b, (a, b) => a <= b ? 1 : 0 },
        { "GreaterThan", (a, b) => a > b, (a, b) => a > b, (a, b) => a > b, (a, b) => a > b ? 1 : 0 },
        { "GreaterThanOrEqual", (a, b) => a >= b, (a, b) => a >= b, (a, b) => a >= b, (a, b) => a >= b ? 1 : 0 },
        { "Equality", (a, b) => a == b, (a, b) => a == b, (a, b) => a == b, (a, b) => a == b ? 1 : 0 },
        { "Inequality", (a, b) => a != b, (a, b) => a != b, (a, b) => a != b, (a, b) => a != b ? 1 : 0 },
    };

    [Theory, MemberData(nameof(Binary))]
    public void A_symbol_means_what_it_means_for_numbers(string name, Func<Tensor, Tensor, Tensor> tensors, Func<Tensor, Scalar, Tensor> number, Func<Scalar, Tensor, Tensor>? from, Func<double, double, double> expected)
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(Left), b = tensor(Right);
        double[] Values(Tensor t) => t.to(float64).ToArray<double>();
        Assert.Equal(Left.Zip(Right, expected), Values(tensors(a, b)));
        Assert.Equal(from a1 in Left from b1 in Right select expected(a1, b1), Values(tensors(a.unsqueeze(1), b)));          // broadcast
        Assert.Equal(Left.Select(x => expected(x, 0.5)), Values(number(a, 0.5)));
        if (from is not null) Assert.Equal(Left.Select(x => expected(0.5, x)), Values(from(0.5, a)).Select(v => Math.Round(v, 12)), (x, y) => Math.Abs(x - y) < 1e-9);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void Every_symbol_is_tested()
    {
        string[] others = ["UnaryNegation", "OnesComplement", "BitwiseAnd", "BitwiseOr", "ExclusiveOr", "Explicit", "Implicit"];
        var tested = Binary.Select(row => (string)row[0]).Concat(others).Order();
        Assert.Equal(tested, typeof(Tensor).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.Name.StartsWith("op_")).Select(m => m.Name[3..]).Distinct().Order());
    }

    [Fact]
    public void Signs_bits_and_truth_values()
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(new long[] { 12, -1, 0 }), b = tensor(new long[] { 10, 5, 3 });
        Assert.Equal([-12L, 1, 0], (-a).ToArray<long>());
        Assert.Equal([~12L, 0, -1], (~a).ToArray<long>());
        Assert.Equal([8L, 5, 0], (a & b).ToArray<long>());
        Assert.Equal([14L, -1, 3], (a | b).ToArray<long>());
        Assert.Equal([6L, -6, 3], (a ^ b).ToArray<long>());
        Assert.Equal([true, false, false], ((a > 0) & ~(b == 5)).ToArray<bool>());
    }

    [Fact]
    public void Numbers_become_tensors_and_tensors_of_one_element_numbers()
    {
        using var scope = NewDisposeScope();
        Tensor whole = 3, big = 1L << 40, single = 1.5f, number = 2.5, truth = true, scalar = (Scalar)7;
        Assert.Equal([int64, int64, float32, float64, @bool, int64], new[] { whole, big, single, number, truth, scalar }.Select(t => t.dtype));
        Assert.Equal((3, 1L << 40, 1.5f, 2.5, true, 7L), ((int)whole, (long)big, (float)single, (double)number, (bool)truth, (long)scalar));
        Assert.Contains("one element", Assert.Throws<InvalidOperationException>(() => (float)ones(2)).Message);
        Assert.Equal(float32, (ones(2) + 1).dtype);                                 // a number beside a tensor stays a number: no promotion to int64 or float64
        Assert.Equal(float32, (ones(2) * 2.5).dtype);
    }

    [Fact]
    public void Elements_are_read_and_written_by_every_kind_of_index()
    {
        using var scope = NewDisposeScope();
        var x = arange(12, int64).reshape(3, 4);
        x[0, 1] = 50;
        x[1] = tensor(new long[] { 7, 7, 8, 8 });
        x[.., ^1] = -1;
        x[x == 8] = 80;
        x[tensor(new long[] { 2, 2 }), tensor(new long[] { 0, 1 })] = tensor(new long[] { 90, 91 });
        Assert.Equal([0L, 50, 2, -1, 7, 7, 80, -1, 90, 91, 10, -1], x.ToArray<long>());
        Assert.Equal([50L, 7, 91], x[.., 1].ToArray<long>());
        Assert.Equal([80L, -1], x[1, 2..].ToArray<long>());
        Assert.Equal([1L, 3, 4], x[TensorIndex.None].shape);
        Assert.Throws<TorchException>(() => x[5]);
    }

    [Fact]
    public void Two_objects_are_one_tensor_only_where_they_are_one_object()
    {
        using var scope = NewDisposeScope();
        Tensor a = ones(2), b = ones(2);
        Assert.False(a.Equals(b));
        Assert.True(a.Equals((object)a));
        Assert.Equal(2, new HashSet<Tensor> { a, b, a }.Count);
        Assert.Equal([true, true], (a == b).ToArray<bool>());
    }
}
