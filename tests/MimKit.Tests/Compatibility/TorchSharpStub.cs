using System.Text;
using System.Text.RegularExpressions;

namespace MimKit.Tests.Compatibility;

/// <summary>
/// C# source that declares TorchSharp's public API with empty bodies, from the list of its members (tests/reference/torchsharp-api.txt): what
/// compiles against it compiles against the package, as far as names, parameters, types and optional arguments go. The list is what reflection
/// prints of public members, so what it leaves out and the library needs (fields, protected members, interfaces) stands in
/// <see cref="Unlisted"/>; names of tuples' items are not listed either, so the library goes by place.
/// </summary>
static class TorchSharpStub
{
    sealed record Declared(string Name, string? Base)
    {
        internal string Simple => Regex.Replace(Name[(Name.LastIndexOf('.') + 1)..], "`.*", "");
        internal int Arity => Name.Contains('`') && Name.LastIndexOf('`') > Name.LastIndexOf('.') ? int.Parse(Name[(Name.LastIndexOf('`') + 1)..]) : 0;
        internal string Outer => Name[..Name.LastIndexOf('.')];
        internal List<string> Lines { get; } = [];
        internal List<Declared> Nested { get; } = [];
        internal string[] Own { get; set; } = [];
        internal string[] Known { get; set; } = [];
    }

    // TorchSharp's sources have these as they are written here; reflection over public methods and properties does not print them.
    static readonly Dictionary<string, string> Unlisted = new()
    {
        ["TorchSharp.torch"] = """
            public const ScalarType uint8 = ScalarType.Byte, int8 = ScalarType.Int8, int16 = ScalarType.Int16, int32 = ScalarType.Int32, int64 = ScalarType.Int64,
                float16 = ScalarType.Float16, float32 = ScalarType.Float32, float64 = ScalarType.Float64, @bool = ScalarType.Bool, bfloat16 = ScalarType.BFloat16, @double = ScalarType.Float64, @long = ScalarType.Int64;
            public static Device CPU = null!, META = null!;
            """,
        ["TorchSharp.torch.TensorIndex"] = """
            public static TensorIndex Ellipsis, Colon, None, Null;
            public static implicit operator TensorIndex(global::TorchSharp.torch.Tensor value) => throw null!;
            """,
        ["TorchSharp.torch.nn.Module"] = "protected Module(string name) { } protected virtual void RegisterComponents() { } protected virtual void Dispose(bool disposing) { }",
        ["TorchSharp.torch.nn.HookableModule`2"] = "protected HookableModule(string name) : base(name) { }",
        ["TorchSharp.torch.autograd.Function`1"] = "protected Function() { }",
        ["TorchSharp.torch.autograd.SingleTensorFunction`1"] = "protected SingleTensorFunction() { }",
        ["TorchSharp.torch.autograd.MultiTensorFunction`1"] = "protected MultiTensorFunction() { }",
        ["TorchSharp.torch.optim.Optimizer"] = "protected virtual void Dispose(bool disposing) { }",
    };

    // Names of tuples' items in TorchSharp's sources, which reflection does not print: of these methods, whose results are read by name.
    static readonly Dictionary<string, string> Items = new()
    {
        ["named_parameters"] = "(string name, global::TorchSharp.Modules.Parameter parameter)", ["named_buffers"] = "(string name, global::TorchSharp.torch.Tensor buffer)",
        ["named_modules"] = "(string name, global::TorchSharp.torch.nn.Module module)", ["named_children"] = "(string name, global::TorchSharp.torch.nn.Module module)",
    };

    // What a generic method or type asks of its T: without it too much would compile.
    static readonly Dictionary<string, string> Constraints = new()
    {
        ["TorchSharp.ModuleExtensionMethods"] = "global::TorchSharp.torch.nn.Module", ["TorchSharp.Modules.ModuleList`1"] = "global::TorchSharp.torch.nn.Module",
        ["TorchSharp.Modules.ModuleDict`1"] = "global::TorchSharp.torch.nn.Module", ["TorchSharp.torch.nn"] = "global::TorchSharp.torch.nn.Module",
        ["TorchSharp.DisposeScope"] = "class, global::System.IDisposable", ["TorchSharp.torch.Tensor"] = "unmanaged",
    };

    static readonly HashSet<string> Keywords = ["bool", "byte", "char", "double", "float", "int", "long", "object", "short", "string", "void", "params", "ref", "base", "in", "out", "is", "as", "checked", "default", "decimal", "lock", "event"];

    const string Head = """
        #pragma warning disable
        using System; using System.Collections.Concurrent; using System.Collections.Generic; using System.Globalization; using System.IO; using System.Numerics;
        using System.Reflection; using System.Threading; using System.Threading.Tasks; using TorchSharp.Utils;
        namespace TorchSharp.Utils
        {
            public sealed class TensorAccessor<T> : System.Collections.Generic.IEnumerable<T>, System.IDisposable
            {
                public long Count => throw null!;
                public T this[params long[] indices] { get => throw null!; set { } }
                public T[] ToArray() => throw null!;
                public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) { }
                public void CopyTo(System.Span<T> array, int arrayIndex = 0, long tensorIndex = 0) { }
                public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) { }
                public void CopyFrom(System.ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0) { }
                public void Dispose() { }
                public System.Collections.Generic.IEnumerator<T> GetEnumerator() => throw null!;
                System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw null!;
            }
        }

        """;

    internal static string Source(IEnumerable<string> list)
    {
        var types = Read(list);
        var byName = types.ToDictionary(type => type.Name);
        foreach (var type in types)
            if (byName.TryGetValue(type.Outer, out var outer)) outer.Nested.Add(type);
        foreach (var type in types.OrderBy(type => type.Name.Count(c => c == '.')))
        {
            var inherited = byName.TryGetValue(type.Outer, out var outer) ? outer.Known : [];
            type.Own = Letters(type, inherited);
            type.Known = [.. inherited, .. type.Own];
        }
        var names = types.ToLookup(type => (type.Simple, type.Arity));
        var text = new StringBuilder(Head);
        foreach (var space in types.Where(type => !byName.ContainsKey(type.Outer)).GroupBy(type => type.Outer))
        {
            text.Append($"namespace {space.Key}\n{{\n");
            foreach (var type in space) Write(text, type, names, byName);
            text.Append("}\n");
        }
        return text.ToString();
    }

    static List<Declared> Read(IEnumerable<string> list)
    {
        var types = new List<Declared>();
        foreach (var line in list.Where(line => line.Length > 0 && !line.StartsWith("# ")))
            if (line.StartsWith("## ") && line[3..].Split(" : ") is var parts) types.Add(new(parts[0].Trim(), parts.Length > 1 ? parts[1] : null));
            else types[^1].Lines.Add(line);
        return types;
    }

    // The names of a generic type's parameters: those that its base and members use.
    static string[] Letters(Declared type, string[] known)
    {
        if (type.Arity == 0) return [];
        string[] order = ["TPreHook", "TPostHook", "T", "T1", "T2", "T3", "T4", "T5", "T6", "S", "TOptions", "TResult"];
        var used = order.Where(letter => Regex.IsMatch(type.Base + "\n" + string.Join('\n', type.Lines), $@"\b{letter}\b")).Except(known).ToArray();
        return used.Length == type.Arity ? used : type.Name.EndsWith("HookableScriptModule`2") ? ["TPreHook", "TPostHook"] : type.Arity == 1 ? ["T"]
            : throw new InvalidDataException($"{type.Name} has {type.Arity} type parameters; the list shows {string.Join(", ", used)}.");
    }

    static void Write(StringBuilder text, Declared type, ILookup<(string, int), Declared> names, Dictionary<string, Declared> byName)
    {
        string Type(string written) => Resolved(written, type, names);
        if (type.Lines is [var values] && !Regex.IsMatch(values, "[({]")) { text.Append($"public enum {type.Simple} {{ {string.Join(", ", values.Split(", ").Select(Name))} }}\n"); return; }
        if (type.Base == "MulticastDelegate")
        {
            var invoke = Regex.Match(type.Lines.First(line => line.Contains(" Invoke(")), @"^(.+) Invoke\((.*)\)$");
            text.Append($"public delegate {Type(invoke.Groups[1].Value)} {type.Simple}({Parameters(invoke.Groups[2].Value, Type)});\n");
            return;
        }
        var isStatic = Regex.IsMatch(type.Name, @"^TorchSharp\.torch(\.[a-z]\w*)*$") || type.Name.EndsWith("ExtensionMethods");
        var isInterface = Regex.IsMatch(type.Simple, "^I[A-Z][a-z]") && type.Base is null && !type.Lines.Any(line => line.StartsWith("ctor"));
        var constraint = Constraints.GetValueOrDefault(type.Name);
        var bases = new List<string>();
        if (type.Base is { } wanted and not "ValueType") bases.Add(Type(wanted));
        if (!isStatic && !isInterface)
        {
            if (type.Lines.Contains("void Dispose()")) bases.Add("global::System.IDisposable");
            if (type.Lines.Find(line => line.EndsWith(" GetEnumerator()")) is { } walk) bases.Add(Type(walk.Split(' ')[0]).Replace("IEnumerator<", "IEnumerable<"));
            if (type.Name.StartsWith("TorchSharp.torch.nn.Module`")) bases.Add(Type($"IModule<{string.Join(',', type.Own)}>"));
        }
        text.Append($"public {(isStatic ? "static " : "")}{(isInterface ? "interface" : type.Base == "ValueType" ? "struct" : "class")} {Name(type.Simple)}{Angled(type.Own)}")
            .Append(bases.Count > 0 ? " : " + string.Join(", ", bases) : "").Append(type.Own.Length > 0 && constraint is not null ? $" where {type.Own[0]} : {constraint}" : "").Append("\n{\n");
        if (Unlisted.TryGetValue(type.Name, out var more)) text.Append(more).Append('\n');
        if (bases.Any(b => b.Contains("IEnumerable<"))) text.Append("System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw null!;\n");
        if (!isStatic && !isInterface && type.Base != "ValueType") Constructors(text, type, byName);
        foreach (var line in type.Lines.DistinctBy(Signature)) Member(text, line, type, isStatic, isInterface, constraint, Type);
        foreach (var nested in type.Nested) Write(text, nested, names, byName);
        text.Append("}\n");
    }

    // A constructor without arguments that only the stub's own classes reach; modules take their name.
    static void Constructors(StringBuilder text, Declared type, Dictionary<string, Declared> byName)
    {
        var named = type.Name.StartsWith("TorchSharp.torch.nn.Module`");
        if (named) text.Append($"protected {type.Simple}(string name) : base(name) {{ }}\n");
        if (!type.Lines.Contains("ctor()") && !(Unlisted.TryGetValue(type.Name, out var written) && written.Contains($"{type.Simple}()"))) text.Append($"internal {type.Simple}() {(type.Name == "TorchSharp.torch.nn.Module" || type.Base is null ? "" : ": base()")} {{ }}\n");
    }

    static void Member(StringBuilder text, string line, Declared type, bool isStatic, bool isInterface, string? constraint, Func<string, string> resolve)
    {
        const string none = " => throw null!;";
        var fixedOnes = isStatic || line.StartsWith("static ") || line == "long TotalCount { get; }";
        line = line.StartsWith("static ") ? line[7..] : line;
        var access = isInterface ? "" : fixedOnes ? "public static " : type.Base == "ValueType" ? "public " : "public virtual ";
        if (Regex.Match(line, @"^ctor\((.*)\)$") is { Success: true } ctor)
        {
            text.Append($"public {type.Simple}({Parameters(ctor.Groups[1].Value, resolve)}) {{ }}\n");
        }
        else if (Regex.Match(line, @"^(.+?) (\w+)(\[(.*)\])? \{ (get; )?(set; )?\}$") is { Success: true } property)
        {
            var accessors = (property.Groups[5].Success ? isInterface ? "get; " : "get => throw null!; " : "") + (property.Groups[6].Success ? isInterface ? "set; " : "set { } " : "");
            var name = property.Groups[3].Success ? $"this[{Parameters(property.Groups[4].Value, resolve)}]" : Name(property.Groups[2].Value);
            text.Append($"{access}{resolve(property.Groups[1].Value)} {name} {{ {accessors}}}\n");
        }
        else if (Regex.Match(line, @"^(.+?) (\w+)\((.*)\)$") is { Success: true } method)
        {
            var (result, name, parameters) = (method.Groups[1].Value, method.Groups[2].Value, method.Groups[3].Value);
            if (name is "Equals" or "GetHashCode" or "ToString" && Split(parameters).All(p => p.StartsWith("object"))) access = access.Replace("virtual ", "override ");
            if (name.StartsWith("op_")) { Operator(text, result, name, Parameters(parameters, resolve), resolve); return; }
            var letters = Regex.Matches(result + " " + parameters, @"\b(T\d?|TResult|TPreHook|TPostHook|S)\b").Select(m => m.Value).Distinct().Except(type.Known).Order().ToArray();
            var extends = type.Name.EndsWith("ExtensionMethods") && parameters.Length > 0 && !parameters.StartsWith("ref ") ? "this " : "";
            if (type.Name == "TorchSharp.torch.optim") parameters = Regex.Replace(parameters, @"\b(ParamGroup|Options)\b(?!<)", $"{result}.$1");      // each optimizer has its own
            var where = constraint is null ? "" : string.Concat(letters.Select(letter => $" where {letter} : {constraint}"));
            if (access.Contains("override")) where = "";
            text.Append($"{access}{(Items.TryGetValue(name, out var item) ? $"IEnumerable<{item}>" : resolve(result))} {Name(name)}{Angled(letters)}({extends}{Parameters(parameters, resolve)}){where}{(isInterface ? ";" : none)}\n");
        }
        else throw new InvalidDataException($"{type.Name}: '{line}' is no member that this reader knows.");
    }

    // Parameters of several array ranks look alike in the list.
    static string Signature(string line) => Regex.Replace(Regex.Replace(line, @" \w+( = [^,)]+)?(?=[,)])", ""), @"^(static )?\S+ (?=\w+\()(?!op_)", "");

    static void Operator(StringBuilder text, string result, string name, string parameters, Func<string, string> resolve)
    {
        var symbol = name[3..] switch
        {
            "Addition" => "+", "Subtraction" => "-", "Multiply" => "*", "Division" => "/", "Modulus" => "%", "UnaryNegation" => "-", "OnesComplement" => "~", "BitwiseAnd" => "&", "BitwiseOr" => "|", "ExclusiveOr" => "^",
            "Equality" => "==", "Inequality" => "!=", "LessThan" => "<", "GreaterThan" => ">", "LessThanOrEqual" => "<=", "GreaterThanOrEqual" => ">=", "LeftShift" => "<<", "RightShift" => ">>", _ => null,
        };
        if (name is "op_Implicit" or "op_Explicit") text.Append($"public static {name[3..].ToLowerInvariant()} operator {resolve(result)}({parameters}) => throw null!;\n");
        else if (symbol is not null) text.Append($"public static {resolve(result)} operator {symbol}({parameters}) => throw null!;\n");
    }

    static string Parameters(string list, Func<string, string> resolve) => string.Join(", ", Split(list).Select(parameter =>
    {
        var parts = Regex.Match(parameter, @"^(params |ref )?(.+?) (\w+)( = .*)?$");
        return $"{parts.Groups[1].Value.Replace("ref ", "out ")}{resolve(parts.Groups[2].Value)} {Name(parts.Groups[3].Value)}{(parts.Groups[4].Success ? " = default" : "")}";
    }));

    // The full name of every type in what reflection printed: 'IEnumerable<ValueTuple<string,Module>>'.
    static string Resolved(string written, Declared type, ILookup<(string, int), Declared> names)
    {
        written = Regex.Replace(written, @"\bHookRemover<[^<>]*>", "HookRemover");
        return Regex.Replace(written, @"(?<![\w.])[A-Za-z_]\w*", found =>
        {
            var name = found.Value;
            if (Keywords.Contains(name) || Regex.IsMatch(name, @"^(T\d?|S|TResult|TOptions|TPreHook|TPostHook)$")) return name;
            var arity = Arity(written, found.Index + name.Length);
            for (var scope = type.Name; scope.Length > 0; scope = scope.Contains('.') ? scope[..scope.LastIndexOf('.')] : "")        // nested types first, from inside out
                if (names[(name, arity)].FirstOrDefault(candidate => candidate.Outer == scope) is { } near) return Full(near);
            if (names[(name, arity)].ToList() is [var only]) return Full(only);
            if (names[(name, arity)].FirstOrDefault(candidate => candidate.Outer is "TorchSharp.torch" or "TorchSharp.torch.nn" or "TorchSharp.Modules") is { } usual) return Full(usual);
            return name;                                              // .NET's own, by the usings
        });
    }

    static string Full(Declared type)
    {
        var generic = Regex.IsMatch(type.Outer, "`\\d$");
        return generic ? type.Simple : "global::" + string.Join('.', Regex.Replace(type.Name, "`\\d", "").Split('.').Select(Name));
    }

    static int Arity(string written, int at)
    {
        if (at >= written.Length || written[at] != '<') return 0;
        for (int depth = 0, count = 1; ; at++)
            if (written[at] == '<') depth++;
            else if (written[at] == ',' && depth == 1) count++;
            else if (written[at] == '>' && --depth == 0) return count;
    }

    static IEnumerable<string> Split(string list)
    {
        int depth = 0, from = 0;
        for (var i = 0; i < list.Length; i++)
        {
            if (list[i] is '<' or '(' or '[') depth++;
            else if (list[i] is '>' or ')' or ']') depth--;
            else if (list[i] == ',' && depth == 0) { yield return list[from..i].Trim(); from = i + 1; }
        }
        if (list.Trim().Length > 0) yield return list[from..].Trim();
    }

    static string Name(string name) => Keywords.Contains(name) ? "@" + name : name;
    static string Angled(string[] letters) => letters.Length == 0 ? "" : $"<{string.Join(", ", letters)}>";
}
