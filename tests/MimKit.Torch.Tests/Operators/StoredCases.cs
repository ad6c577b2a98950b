using System.Reflection;
using System.Text.Json;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests.Operators;

/// <summary>One call and PyTorch's answer, from operators.json (operators.py makes it).</summary>
public sealed record StoredCase(int Number, string Name, JsonElement[] Arguments, JsonElement Result)
{
    static readonly Lazy<StoredCase[]> s_all = new(() =>
    {
        using var stream = typeof(StoredCase).Assembly.GetManifestResourceStream("operators.json")!;
        return JsonDocument.Parse(stream).RootElement.EnumerateArray()
            .Select((c, i) => new StoredCase(i, c.GetProperty("name").GetString()!, c.GetProperty("args").EnumerateArray().ToArray(), c.GetProperty("result"))).ToArray();
    });

    public static StoredCase[] All => s_all.Value;

    /// <summary>The methods that have this name and take these arguments: Tensor's own and torch's function of the same name.</summary>
    public IEnumerable<(MethodInfo Method, object?[] Values)> Calls()
    {
        var (place, name) = Name.Split('.') is [var p, var n] ? (p, n) : throw new InvalidOperationException(Name);
        var found = (place switch
        {
            "Tensor" => [Best(typeof(Tensor), name), Best(typeof(torch), name)],
            "torch" => [Best(typeof(torch), name)],
            "linalg" => [Best(typeof(linalg), name)],
            "special" => [Best(typeof(special), name)],
            "functional" => new[] { Best(typeof(nn.functional), name) },
            _ => [],
        }).Where(call => call.Method is not null).Select(call => (call.Method!, call.Values)).ToArray();
        return found.Length > 0 ? found : throw new MissingMethodException($"No {Name} takes ({string.Join(", ", Arguments.Select(a => a.ToString()[..Math.Min(40, a.ToString().Length)]))}).");
    }

    /// <summary>The overload whose parameters fit the arguments most closely.</summary>
    (MethodInfo? Method, object?[] Values) Best(Type type, string name)
    {
        (MethodInfo?, object?[]) best = (null, []);
        var cheapest = int.MaxValue;
        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(m => m.Name == name && !m.IsGenericMethod))
        {
            var (values, cost) = TakesAList(method) ? Listed(method) : Fitted(method);
            if (cost < Math.Min(cheapest, StoredValue.Impossible)) (cheapest, best) = (cost, (method, values));
        }
        return best;
    }

    (object?[] Values, int Cost) Fitted(MethodInfo method)
    {
        var parameters = method.GetParameters();
        var types = parameters.Select(p => p.ParameterType).ToList();
        if (!method.IsStatic) types.Insert(0, typeof(Tensor));
        var optional = parameters.Count(p => p.HasDefaultValue || p.IsDefined(typeof(ParamArrayAttribute)));
        if (Arguments.Length > types.Count || Arguments.Length < types.Count - optional) return ([], StoredValue.Impossible);
        var values = new object?[types.Count];
        var cost = types.Count - Arguments.Length;
        for (var i = 0; i < types.Count; i++)
            if (i < Arguments.Length) cost += StoredValue.Cost(Arguments[i], types[i], out values[i]);
            else values[i] = Default(parameters[i - (method.IsStatic ? 0 : 1)]);
        return (values, cost);
    }

    // f(params Tensor[] tensors), with or without a text before them
    (object?[] Values, int Cost) Listed(MethodInfo method)
    {
        var before = method.GetParameters().Length - 1;
        return Arguments[before..].All(StoredValue.IsTensor) && Arguments[..before].All(a => a.ValueKind == JsonValueKind.String)
            ? ([.. Arguments[..before].Select(a => a.GetString()), Arguments[before..].Select(StoredValue.Tensor).ToArray()], 0) : ([], StoredValue.Impossible);
    }

    static bool TakesAList(MethodInfo method) => method.IsStatic && method.GetParameters() is [.., var last] && last.IsDefined(typeof(ParamArrayAttribute)) && last.ParameterType == typeof(Tensor[]);
    static object? Default(ParameterInfo p) => p.HasDefaultValue ? p.DefaultValue is null && p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : p.DefaultValue : Array.CreateInstance(p.ParameterType.GetElementType()!, 0);

    public override string ToString() => $"{Name} ({Number})";
}
