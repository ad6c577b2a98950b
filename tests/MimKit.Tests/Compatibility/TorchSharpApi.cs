using System.Text.RegularExpressions;

namespace MimKit.Tests.Compatibility;

/// <summary>TorchSharp's public members, from tests/reference/torchsharp-api.txt: type, then name and parameter types.</summary>
sealed class TorchSharpApi
{
    readonly Dictionary<string, HashSet<string>> _members = [];
    readonly Dictionary<string, string> _base = [];

    internal TorchSharpApi(IEnumerable<string> lines)
    {
        var type = "";
        foreach (var line in lines.Where(l => l.Length > 0 && !l.StartsWith("# ")))
            if (line.StartsWith("## "))
            {
                var parts = line[3..].Split(" : ");
                _members.TryAdd(type = parts[0].Trim(), []);
                if (parts.Length > 1) _base[type] = parts[1];
            }
            else foreach (var member in Read(line)) _members[type].Add(member);
    }

    /// <summary>Whether the type, one it inherits from, or an extension of tensors has the member.</summary>
    internal bool Has(string type, string member, bool ofTensor)
    {
        var seen = new HashSet<string>();
        for (string? t = type; t is not null && seen.Add(t); t = Base(t))
            if (_members.TryGetValue(t, out var found) && found.Contains(member)) return true;
        var (name, parameters) = (member.Split('(')[0], member.Split('(')[^1].TrimEnd(')'));
        return ofTensor && _members["TorchSharp.TensorExtensionMethods"].Contains($"{name}(Tensor{(parameters.Length > 0 ? "," : "")}{parameters})");
    }

    string? Base(string type)
    {
        if (!_base.TryGetValue(type, out var simple)) return null;
        var arity = simple.Contains('<') ? "`" + (simple.Count(c => c == ',') + 1) : "";
        var name = Regex.Replace(simple, "<.*", "");
        return _members.Keys.FirstOrDefault(k => k.EndsWith($".{name}{arity}")) ?? _members.Keys.FirstOrDefault(k => k.EndsWith("." + name));
    }

    // "static Tensor add(Tensor left, Scalar right)" -> add(Tensor,Scalar)
    static IEnumerable<string> Read(string line)
    {
        line = line.Replace("static ", "");
        if (Regex.Match(line, @"^\S+ (\w+)\[(.*)\] \{ (.*) \}$") is { Success: true } indexer && !line.Contains('('))
            return [.. Of("get_Item", indexer.Groups[2].Value), .. Of("set_Item", indexer.Groups[2].Value + ", Tensor value")];
        if (Regex.Match(line, @" (\w+) \{ ") is { Success: true } property) return [$"get_{property.Groups[1].Value}()", $"set_{property.Groups[1].Value}", property.Groups[1].Value];
        if (Regex.Match(line, @"(\w+)\((.*)\)$") is { Success: true } method) return Of(method.Groups[1].Value, method.Groups[2].Value);
        return line.Split(", ");                                       // the values of an enum
    }

    // A call that leaves out what is optional compiles against either, so every such form counts.
    static IEnumerable<string> Of(string name, string parameters)
    {
        var given = Split(parameters).ToList();
        for (var count = given.Count; ; count--)
        {
            yield return $"{name}({string.Join(",", given.Take(count).Select(p => Regex.Replace(p.Replace("params ", "").Replace("ref ", ""), @"\s+\w+(\s*=.*)?$", "")))})";
            if (count == 0 || !given[count - 1].Contains(" = ")) yield break;
        }
    }

    static IEnumerable<string> Split(string list)
    {
        int depth = 0, from = 0;
        for (var i = 0; i < list.Length; i++)
        {
            if (list[i] is '<' or '(') depth++;
            else if (list[i] is '>' or ')') depth--;
            else if (list[i] == ',' && depth == 0) { yield return list[from..i].Trim(); from = i + 1; }
        }
        if (list.Trim().Length > 0) yield return list[from..].Trim();
    }
}
