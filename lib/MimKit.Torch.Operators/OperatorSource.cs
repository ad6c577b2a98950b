using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace MimKit.Torch.Operators;

/// <summary>Writes the C# of one section of the table.</summary>
internal static class OperatorSource
{
    /// <summary>A method of <c>Tensor</c>: the tensor itself is the operator's first argument.</summary>
    internal static IEnumerable<string> Method(OperatorLine line)
    {
        var declared = string.Join(", ", line.Parameters.Select(p => p.Declared));
        if (!line.IsInPlace)
        {
            yield return Documentation(line, false);
            yield return $"public {line.Result} {Escaped(line.Name)}({declared}) => {Call(line, "this", false)};";
        }
        if (!line.IsInPlace && !line.AlsoInPlace) yield break;
        yield return Documentation(line, line.AlsoInPlace);
        yield return $"public Tensor {line.Name}{(line.AlsoInPlace ? "_" : "")}({declared}) {{ Aten.{line.Field(line.AlsoInPlace)}.Do({Arguments(line, "this")}); return this; }}";
    }

    /// <summary>The function <c>torch.name(input, …)</c> of a method.</summary>
    internal static IEnumerable<string> Twin(OperatorLine line, IReadOnlyList<string> names)
    {
        // the section names the leading parameters, as TorchSharp does: add(left, right) for left.add(target)
        var parameters = line.Parameters.Select((p, i) => i + 1 < names.Count ? (Declared: Renamed(p, names[i + 1]), Name: names[i + 1]) : (p.Declared, p.Name)).ToList();
        var declared = string.Join(", ", parameters.Select(p => p.Declared).Prepend($"Tensor {names[0]}"));
        var passed = string.Join(", ", parameters.Select(p => p.Name));
        foreach (var suffix in line.AlsoInPlace ? new[] { "", "_" } : new[] { "" })
        {
            yield return Documentation(line, suffix != "");
            yield return $"public static {(suffix == "" ? line.Result : "Tensor")} {Escaped(line.Name + suffix)}({declared}) => {names[0]}.{Escaped(line.Name + suffix)}({passed});";
        }
    }

    /// <summary>A function whose parameters are all in its signature.</summary>
    internal static IEnumerable<string> Function(OperatorLine line)
    {
        yield return Documentation(line, false);
        yield return $"public static {line.Result} {Escaped(line.Name)}({string.Join(", ", line.Parameters.Select(p => p.Declared))}) => {Call(line, null, false)};";
    }

    internal static IEnumerable<(string Field, string Declaration)> Operators(OperatorLine line)
    {
        foreach (var inPlace in line.AlsoInPlace ? new[] { false, true } : new[] { false })
            yield return (line.Field(inPlace), $"internal static readonly Op {Escaped(line.Field(inPlace))} = new(\"{line.Namespace}::{line.Op}{(inPlace ? "_" : "")}\", \"{line.Overload}\");");
    }

    private static string Call(OperatorLine line, string? self, bool inPlace)
    {
        string op = "Aten." + line.Field(inPlace), arguments = Arguments(line, self);
        return line.Result switch
        {
            "Tensor" => $"{op}.Call({arguments})",
            "Tensor[]" => $"{op}.CallMany({arguments})",
            "bool" => $"{op}.CallInteger({arguments}) != 0",
            _ => $"{(line.Result.Count(c => c == ',') == 1 ? "Pair" : line.Result.Count(c => c == ',') == 2 ? "Triple" : "Four")}({op}.CallMany({arguments}))",
        };
    }

    private static string Arguments(OperatorLine line, string? self) =>
        line.Arguments is { } given ? (self is null ? given : given.Replace("self", self))
            : string.Join(", ", line.Parameters.Select(p => p.Passed).Prepend(self ?? "").Where(a => a != ""));

    private static string Renamed(Parameter p, string name)
    {
        var at = p.Declared.IndexOf(p.Type, System.StringComparison.Ordinal) + p.Type.Length + 1;
        return p.Declared.Substring(0, at) + name + p.Declared.Substring(at + p.Name.Length);
    }

    private static string Documentation(OperatorLine line, bool inPlace) =>
        $"/// <summary>PyTorch's <c>{line.Name}{(inPlace ? "_" : "")}</c>{(inPlace ? ", in place" : "")}: {line.Namespace}::{line.Op}{(inPlace ? "_" : "")}{(line.Overload == "" ? "" : "." + line.Overload)}.</summary>";

    private static string Escaped(string name) => name is "float" or "double" or "long" or "int" or "short" or "byte" or "bool" or "char" ? "@" + name : name;
}
