using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace MimKit.Torch.Operators;

/// <summary>One parameter of a signature: <c>params long[] sizes</c> or <c>bool keepdim = false</c>.</summary>
internal sealed class Parameter
{
    internal readonly string Declared, Type, Name;
    internal readonly bool IsParams;

    internal Parameter(string declared)
    {
        Declared = declared;
        IsParams = declared.StartsWith("params ", StringComparison.Ordinal);
        var plain = (IsParams ? declared.Substring(7) : declared).Split(new[] { " = " }, StringSplitOptions.None)[0].Trim();
        var space = plain.LastIndexOf(' ');
        Type = plain.Substring(0, space);
        Name = plain.Substring(space + 1);
    }

    /// <summary>How the value is handed to a boxed call.</summary>
    internal string Passed => Type switch
    {
        "int" or "Reduction" or "GridSampleMode" or "GridSamplePaddingMode" => $"(long){Name}",
        "int?" => $"(long?){Name}",
        "float" => $"(double){Name}",
        "RoundingMode" => $"Word({Name})",
        _ => Name,
    };
}

/// <summary>One line of the table: a signature, and the operator it calls.</summary>
internal sealed class OperatorLine
{
    private static readonly Regex Form = new(@"^(?:(?<result>bool|Tensor\[\]|\(.+?\))\s+)?(?<name>\w+)(?<inplace>\[_\])?\((?<parameters>.*?)\)(?:\s+:\s+(?<op>[\w:]+)(?:\.(?<overload>\w+))?(?:\((?<arguments>.*)\))?)?$");

    internal readonly string Result, Name, Namespace, Op, Overload;
    internal readonly string? Arguments;
    internal readonly bool AlsoInPlace;
    internal readonly IReadOnlyList<Parameter> Parameters;

    private OperatorLine(Match m)
    {
        string? Group(string name) => m.Groups[name].Success ? m.Groups[name].Value : null;
        Result = Group("result") ?? "Tensor";
        Name = m.Groups["name"].Value;
        AlsoInPlace = m.Groups["inplace"].Success;
        Parameters = Split(m.Groups["parameters"].Value).Select(p => new Parameter(p)).ToList();
        var op = Group("op") ?? Name;
        var colon = op.IndexOf("::", StringComparison.Ordinal);
        Namespace = colon < 0 ? "aten" : op.Substring(0, colon);
        Op = colon < 0 ? op : op.Substring(colon + 2);
        Overload = Group("overload") ?? "";
        Arguments = Group("arguments");
    }

    /// <summary>Reads a line, or answers null where it does not have the table's form.</summary>
    internal static OperatorLine? Read(string line) => Form.Match(line) is { Success: true } m ? new OperatorLine(m) : null;

    /// <summary>Whether the line is of an in-place form alone: it returns the tensor it is called on.</summary>
    internal bool IsInPlace => Name.EndsWith("_", StringComparison.Ordinal);

    internal string Field(bool inPlace) => $"{Op}{(inPlace ? "_" : "")}{(Overload == "" ? "" : "__" + Overload)}";

    // at commas outside parentheses and angle brackets
    private static IEnumerable<string> Split(string list)
    {
        int depth = 0, from = 0;
        for (var i = 0; i < list.Length; i++)
        {
            if (list[i] is '(' or '<' or '[') depth++;
            else if (list[i] is ')' or '>' or ']') depth--;
            else if (list[i] == ',' && depth == 0) { yield return list.Substring(from, i - from).Trim(); from = i + 1; }
        }
        if (list.Trim().Length > 0) yield return list.Substring(from).Trim();
    }
}
