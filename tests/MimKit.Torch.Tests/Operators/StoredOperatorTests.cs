using System.Reflection;
using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests.Operators;

public class StoredOperatorTests
{
    public static IEnumerable<object[]> Cases => StoredCase.All.Select(c => new object[] { c.Number, c.Name });

    [Theory, MemberData(nameof(Cases))]
    public void Operator_answers_as_PyTorch(int number, string name)
    {
        using var scope = NewDisposeScope();
        var stored = StoredCase.All[number];
        foreach (var (method, values) in stored.Calls())
        {
            var instance = method.IsStatic ? null : values[0];
            var arguments = method.IsStatic ? values : values[1..];
            StoredValue.AssertEqual(stored.Result, method.Invoke(instance, arguments), $"{method.DeclaringType!.Name}.{name}");
        }
    }

    /// <summary>An in-place form writes what the plain one returns, and returns its own tensor.</summary>
    [Fact]
    public void In_place_forms_write_what_the_plain_forms_return()
    {
        var tried = 0;
        foreach (var stored in StoredCase.All)
            foreach (var (method, values) in stored.Calls())
            {
                using var scope = NewDisposeScope();
                if (InPlaceOf(method) is not { } inPlace) continue;
                var x = ((Tensor)values[0]!).clone();
                if (method.Invoke(method.IsStatic ? null : values[0], method.IsStatic ? values : values[1..]) is not Tensor plain || plain.dtype != x.dtype || !plain.shape.SequenceEqual(x.shape)) continue;
                var result = inPlace.Invoke(method.IsStatic ? null : x, method.IsStatic ? [x, .. values[1..]] : values[1..]);
                Assert.Same(x, result);
                Assert.True(x.isclose(plain, nanEqual: true).all().item<bool>(), $"{inPlace.DeclaringType!.Name}.{inPlace.Name}");
                tried++;
            }
        Assert.InRange(tried, 100, 1000);
    }

    internal static MethodInfo? InPlaceOf(MethodInfo method) =>
        method.DeclaringType!.GetMethod(method.Name + "_", BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly, method.GetParameters().Select(p => p.ParameterType).ToArray());
}
