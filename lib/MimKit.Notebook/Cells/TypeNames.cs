namespace MimKit.Notebook;

/// <summary>The name of a type as C# source.</summary>
static class TypeNames
{
    static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal", [typeof(char)] = "char", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    /// <summary>For people: without namespaces.</summary>
    public static string Of(Type type) => Of(type, name => name.Name);

    /// <summary>For the compiler: whole, or object where the type has no name outside its assembly or its cell.</summary>
    public static string InSource(Type type) => type.IsVisible && !type.Assembly.IsDynamic && type.Assembly.Location.Length > 0 && !type.IsNested
        ? Of(type, name => "global::" + name.Namespace + "." + name.Name) : Keywords.GetValueOrDefault(type, "object");

    static string Of(Type type, Func<Type, string> name)
    {
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        if (type.IsArray) return $"{Of(type.GetElementType()!, name)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return Of(inner, name) + "?";
        var plain = name(type).Split('`')[0];
        return type.IsGenericType ? $"{plain}<{string.Join(", ", type.GetGenericArguments().Select(argument => Of(argument, name)))}>" : plain;
    }
}
