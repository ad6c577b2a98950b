using System.Reflection;
using System.Runtime.CompilerServices;

namespace MimKit.Cli.Tests;

/// <summary>
/// What a release offers stays: lib/NAME/PublicApi.txt lists it, and nothing on the list may be gone. To take something away on purpose, say so in CHANGELOG.md and write
/// the lists anew: MIMKIT_WRITE_API=1 ./mimkit test -- --filter PublicApi. MimKit.Torch has none: its surface is TorchSharp's, and tests of its own hold it to that.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries => ["MimKit.Runtime", "MimKit", "MimKit.Charts", "MimKit.Notebook"];

    [Theory, MemberData(nameof(Libraries))]
    public void Nothing_that_was_public_is_gone(string library)
    {
        var (path, now) = (Home.At("lib", library, "PublicApi.txt"), Assembly.Load(library).GetExportedTypes().SelectMany(Lines).ToHashSet());
        if (Environment.GetEnvironmentVariable("MIMKIT_WRITE_API") is "1") File.WriteAllLines(path, now.Order(StringComparer.Ordinal));
        var gone = File.ReadAllLines(path).Where(line => !now.Contains(line)).ToList();
        Assert.True(gone.Count == 0, $"{gone.Count} public members of {library} are gone or changed:\n  {string.Join("\n  ", gone.Take(20))}\nPut them back, or say so in CHANGELOG.md and run MIMKIT_WRITE_API=1 ./mimkit test -- --filter PublicApi.");
    }

    static IEnumerable<string> Lines(Type type)
    {
        const BindingFlags own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        yield return Name(type);
        foreach (var member in type.GetMembers(own).Where(member => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !member.Name.Contains('<')))
        {
            var line = member switch
            {
                MethodInfo method when Seen(method) && !method.IsSpecialName => $"{Short(method.ReturnType)} {Generic(method)}({Parameters(method)})",
                ConstructorInfo maker when Seen(maker) && !maker.IsStatic => $"new({Parameters(maker)})",
                PropertyInfo property when property.GetAccessors(nonPublic: true).Any(Seen) => $"{Short(property.PropertyType)} {property.Name}{(property.GetIndexParameters().Length > 0 ? "[]" : "")} {{ {string.Join(' ', Accessors(property))} }}",
                FieldInfo field when field.IsPublic || field.IsFamily => $"{Short(field.FieldType)} {field.Name}",
                EventInfo happening => $"event {happening.Name}",
                _ => null,
            };
            if (line is not null) yield return $"{Name(type)}: {line}";
        }
    }

    static bool Seen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    static IEnumerable<string> Accessors(PropertyInfo property)
    {
        if (property.GetMethod is { } get && Seen(get)) yield return "get;";
        if (property.SetMethod is { } set && Seen(set)) yield return set.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? "init;" : "set;";
    }

    static string Generic(MethodInfo method) => method.Name + (method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Short))}>" : "");

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter => $"{Short(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? "?" : "")}"));

    static string Name(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    static string Short(Type type)
    {
        if (type.IsByRef) return "ref " + Short(type.GetElementType()!);
        if (type.IsArray) return Short(type.GetElementType()!) + "[]";
        var name = type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>" : name;
    }
}
